-- Purpose: budgets.csv: the budgets in force.
-- Grain: one row per practice and POD.
-- Inputs: budget, practice.
select
    '2004/05' as financial_year,
    practice.practice_code,
    budget.pod,
    budget.annual_amount,
    practice.participation as status
from budget
inner join practice on budget.practice = practice.practice
order by practice.practice_code, budget.pod;
