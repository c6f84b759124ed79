-- The days of the month, each with the activity that was submitted for it.
--
-- Grain: one row per day.
-- Inputs: feed_record. Variables: month, period_end.
create or replace temp table feed_day as
with submitted as (
    select
        cds_activity_date,
        count(*) as records,
    from feed_record
    where is_activity
    group by cds_activity_date
)

select
    cast(days.day as date) as activity_date,
    coalesce(submitted.records, 0) as records,
from
    (
        select
            unnest(
                generate_series(getvariable('month'), getvariable('period_end'), interval 1 day)
            ) as day
    ) as days
left join submitted on days.day = submitted.cds_activity_date;
