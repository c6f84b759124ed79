-- Who holds the budget of a practice's activity, by month rather than by year, so that spells find
-- their holder by equality alone.
--
-- Grain: one row per practice with a successor, and month of activity that moved.
-- Inputs: holder, spell.
create or replace table holder_of_month as
with activity as (
    select distinct activity_month
    from spell
    where activity_month is not null
)

select
    holder.practice_code,
    activity.activity_month,
    holder.budget_holder,
from holder
inner join activity
    on
        financial_year(activity.activity_month) >= holder.from_year
        and coalesce(financial_year(activity.activity_month) < holder.until_year, true);
