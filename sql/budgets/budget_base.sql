-- Each practice's base and its uplift.
--
-- Grain: one row per practice and POD.
-- Inputs: budget_practice, base_year, year_spend, pod, uplift_percent.
--
-- The base is the practice's dearest year in total, of equals the later; a rule of one year leaves
-- no choice. What is spent in no year of the rule is 0.
create or replace table budget_base as
with total_of_year as (
    select
        budget_practice.practice_code,
        base_year.financial_year,
        coalesce(sum(year_spend.amount), 0) as amount,
    from budget_practice
    cross join base_year
    left join year_spend
        on
            budget_practice.practice_code = year_spend.practice_code
            and base_year.financial_year = year_spend.financial_year
    group by all
),

dearest as (
    select
        practice_code,
        arg_max(financial_year, (amount, financial_year)) as base_year,
    from total_of_year
    group by practice_code
),

based as (
    select
        dearest.practice_code,
        pod.code as pod,
        dearest.base_year,
        cast(coalesce(year_spend.amount, 0) as decimal(18, 2)) as base_amount,
        uplift_percent.percent as uplift_percent,
    from dearest
    cross join pod
    inner join uplift_percent on pod.code = uplift_percent.pod
    left join year_spend
        on
            dearest.practice_code = year_spend.practice_code
            and dearest.base_year = year_spend.financial_year
            and pod.code = year_spend.pod
)

select
    practice_code,
    pod,
    base_year,
    base_amount,
    uplift_percent,
    to_the_penny(base_amount * uplift_percent * 0.01) as uplift,
from based;
