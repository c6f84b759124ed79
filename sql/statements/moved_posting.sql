-- What the period posted because a charge moved to another budget holder, with the other side.
--
-- Grain: one row per posting of the period whose reason is `moved`.
-- Inputs: period_posting, charge.
--
-- A charge moved by a succession has the same practice in the version credited and the version
-- charged: only the budget holder is another.
create or replace temp table moved_posting as
with moved as (
    select
        period_posting.*,
        charge.practice_code,
    from period_posting
    inner join charge on period_posting.charge_number = charge.charge_number
    where period_posting.reason = 'moved'
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
    moved.* exclude (practice_code),
    if(moved.kind = 'charge', 'in', 'out') as direction,
    coalesce(counterpart.is_same_practice, false) as by_succession,
    counterpart.budget_holder as other_holder,
from moved
left join counterpart
    on
        moved.close_number = counterpart.close_number
        and moved.spell_id = counterpart.spell_id
        and moved.kind = counterpart.kind;
