-- Export `budgets`: the budgets of the period's financial year, as that close read them.
--
-- Grain: one row per practice and POD.
-- Inputs: budget.
select
    financial_year,
    practice_code,
    pod,
    base_amount,
    uplift,
    adjustment,
    contingency,
    annual_amount,
    status,
    method,
    base_years,
from budget
where close_number = getvariable('close_number')
order by practice_code, pod
