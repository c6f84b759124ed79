-- Who holds the budget of a practice's activity in one financial year.
--
-- Grain: one row per practice with a successor by then. Variable: financial_year.
-- Inputs: holder.
create or replace view holder_of_year as
select
    practice_code,
    budget_holder,
from holder
where
    from_year <= getvariable('financial_year')
    and coalesce(getvariable('financial_year') < until_year, true);
