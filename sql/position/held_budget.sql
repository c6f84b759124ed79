-- The year's budget of each budget holder, after successions.
--
-- Grain: one row per budget holder and POD.
-- Inputs: budget, holder_of_year.
create or replace table held_budget as
select
    coalesce(holder_of_year.budget_holder, budget.practice_code) as practice_code,
    budget.pod,
    sum(budget.annual_amount) as annual_amount,
from budget
left join holder_of_year on budget.practice_code = holder_of_year.practice_code
where budget.close_number = getvariable('close_number')
group by all;
