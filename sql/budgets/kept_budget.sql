-- The year's budgets written by hand for practices that the rule gives none: they stay, and count.
--
-- Grain: one row per practice and POD.
-- Inputs: reference.budget, heir, budget_practice, moved_budget.
create or replace table kept_budget as
select
    budget.practice_code,
    budget.pod,
    budget.annual_amount,
from reference.budget
inner join heir on budget.practice_code = heir.practice_code
inner join budget_practice on heir.budget_holder = budget_practice.practice_code
where
    budget.financial_year = getvariable('financial_year')
    and heir.budget_holder not in (select practice_code from moved_budget);
