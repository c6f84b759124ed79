-- The budgets of the period's financial year that are this commissioner's, as this close read them.
--
-- Grain: one row per practice and POD, before successions.
-- Inputs: reference.budget, reference.budget_part, reference.membership, practice_status.
--
-- A budget belongs to the commissioner of the practice's latest membership in the year so far. Its
-- parts are those it was set in, as long as it is still that amount; what was written by hand is
-- all base.
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
)

select
    getvariable('close_number') as close_number,
    budget.financial_year,
    budget.practice_code,
    budget.pod,
    coalesce(part.base_amount, budget.annual_amount) as base_amount,
    coalesce(part.uplift, 0) as uplift,
    coalesce(part.adjustment, 0) as adjustment,
    coalesce(part.contingency, 0) as contingency,
    budget.annual_amount,
    coalesce(practice_status.status, 'information') as status,
    coalesce(part.method, 'by_hand') as method,
    part.base_years,
from reference.budget
inner join member
    on
        budget.practice_code = member.practice_code
        and member.commissioner_code = getvariable('commissioner')
left join practice_status on budget.practice_code = practice_status.practice_code
left join reference.budget_part as part
    on
        budget.financial_year = part.financial_year
        and budget.practice_code = part.practice_code
        and budget.pod = part.pod
        and budget.annual_amount = part.annual_amount
where budget.financial_year = getvariable('financial_year');
