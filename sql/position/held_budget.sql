-- The year's budget of each budget holder, after successions.
--
-- Grain: one row per budget holder and POD.
-- Inputs: budget, holder.
create or replace table held_budget as
select
    coalesce(holder.budget_holder, budget.practice_code) as practice_code,
    budget.pod,
    sum(budget.annual_amount) as annual_amount,
from budget
left join holder
    on
        budget.practice_code = holder.practice_code
        and budget.financial_year >= holder.from_year
        and coalesce(budget.financial_year < holder.until_year, true)
where budget.close_number = getvariable('close_number')
group by all;
