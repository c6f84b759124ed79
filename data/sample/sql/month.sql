-- Purpose: the months of the site. Month 0 is the first; people are admitted from 75 days before
--   it.
-- Grain: one row per month.
-- Inputs: the variables first_day and months.
create or replace table month as
select
    months.k::integer as k,
    (getvariable('first_day') + to_months(months.k::integer))::date as first_day,
    last_day(getvariable('first_day') + to_months(months.k::integer)) as last_day,
    strftime(getvariable('first_day') + to_months(months.k::integer), '%Y-%m') as label
from range(getvariable('months')) as months (k);
