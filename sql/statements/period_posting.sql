-- What this period posted, with what a statement needs to tell it apart.
--
-- Grain: one row per posting of the period, all its revisions.
-- Inputs: posting, close, charge, reference.budget_scope.
--
-- A charge moved by a succession has the same practice in the version credited and the version
-- charged: only the budget holder is another.
create or replace temp table period_posting as
with of_period as (
    select posting.*
    from posting
    inner join close on posting.close_number = close.close_number
    where
        close.period = getvariable('period')
        and posting.close_number <= getvariable('close_number')
),

moved as (
    select
        of_period.close_number,
        of_period.spell_id,
        of_period.kind,
        of_period.budget_holder,
        charge.practice_code,
    from of_period
    inner join charge on of_period.charge_number = charge.charge_number
    where of_period.reason = 'moved'
),

counterpart as (
    select
        moved.close_number,
        moved.spell_id,
        moved.kind,
        other.budget_holder,
        moved.practice_code = other.practice_code as is_same_practice,
    from moved
    inner join moved as other
        on
            moved.close_number = other.close_number
            and moved.spell_id = other.spell_id
    where moved.kind <> other.kind
)

select
    of_period.*,
    of_period.activity_month >= getvariable('year_start') as is_this_year,
    of_period.activity_month < getvariable('period') as is_earlier_month,
    coalesce(budget_scope.treatment, 'held') as treatment,
    if(of_period.reason = 'moved', if(of_period.kind = 'charge', 'in', 'out'), null) as direction,
    coalesce(counterpart.is_same_practice, false) as by_succession,
    counterpart.budget_holder as other_holder,
from of_period
left join counterpart
    on
        of_period.close_number = counterpart.close_number
        and if(of_period.reason = 'moved', of_period.spell_id, null) = counterpart.spell_id
        and of_period.kind = counterpart.kind
left join reference.budget_scope
    on
        budget_scope.financial_year = financial_year(of_period.activity_month)
        and of_period.budget_holder = budget_scope.practice_code
        and of_period.pod = budget_scope.pod;
