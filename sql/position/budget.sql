-- The budgets of the period's financial year that are this commissioner's, as this close read them.
--
-- Grain: one row per practice and POD, before successions.
-- Inputs: reference.budget, reference.membership, reference.participation.
--
-- A budget belongs to the commissioner of the practice's latest membership in the year so far.
delete from budget
where close_number = getvariable('close_number');

insert into budget by name
with member as (
    select
        practice_code,
        arg_max(commissioner_code, start_date) as commissioner_code,
    from reference.membership
    where
        start_date <= getvariable('period_end')
        and coalesce(end_date >= getvariable('year_start'), true)
    group by practice_code
),

participation as (
    select
        practice_code,
        arg_max(status, coalesce(from_date, date '0001-01-01')) as status,
    from reference.participation
    where coalesce(from_date <= getvariable('period_end'), true)
    group by practice_code
)

select
    getvariable('close_number') as close_number,
    budget.financial_year,
    budget.practice_code,
    budget.pod,
    budget.annual_amount,
    coalesce(budget.status, participation.status, 'budget_holder') as status,
from reference.budget
inner join member
    on
        budget.practice_code = member.practice_code
        and member.commissioner_code = getvariable('commissioner')
left join participation on budget.practice_code = participation.practice_code
where budget.financial_year = getvariable('financial_year');
