-- The rule's years, and which of them the books hold whole.
--
-- Grain: one row per year of the rule.
-- Inputs: base_year, ledger_spend, closed_month.
--
-- A year is held when each of its twelve months was closed, or has activity: a few late spells of
-- the last March are not a year.
create or replace table held_year as
with known_month as (
    select activity_month as month
    from ledger_spend
    union
    select month
    from closed_month
)

select
    base_year.financial_year,
    count(known_month.month) = 12 as is_held,
from base_year
left join known_month on base_year.financial_year = financial_year(known_month.month)
group by base_year.financial_year;
