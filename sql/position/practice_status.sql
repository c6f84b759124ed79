-- Whether a practice holds its budget (is signed up) or gets statements for information.
--
-- Grain: one row per practice that any of the two files names; whoever is not here did not sign up.
-- Inputs: reference.participation, reference.budget.
--
-- The latest status by the period's end; without any, what stands beside the year's budgets.
create or replace table practice_status as
with participation as (
    select
        practice_code,
        arg_max(status, coalesce(from_date, date '0001-01-01')) as status,
    from reference.participation
    where coalesce(from_date <= getvariable('period_end'), true)
    group by practice_code
),

beside_budget as (
    select
        practice_code,
        min(status) as status, -- of several, that it holds its budget
    from reference.budget
    where financial_year = getvariable('financial_year') and status is not null
    group by practice_code
)

select
    coalesce(participation.practice_code, beside_budget.practice_code) as practice_code,
    coalesce(participation.status, beside_budget.status) as status,
from participation
full join beside_budget on participation.practice_code = beside_budget.practice_code;
