-- The days over which activity is spread in the months of this year and the three before.
--
-- Grain: one row per POD and month.
-- Inputs: pod, bank_holiday.
with day_of_month as (
    select
        date_diff('month', getvariable('year_start'), cast(days.day as date)) as month,
        isodow(days.day) <= 5 and cast(days.day as date) not in (select date from bank_holiday)
            as is_working_day,
    from
        range(
            cast(getvariable('year_start') - interval 3 year as timestamp),
            cast(getvariable('year_start') + interval 1 year as timestamp),
            interval 1 day
        ) as days (day)
)

select
    pod.code as pod,
    day_of_month.month,
    count(*) filter (
        where pod."group" <> 'working_days' or day_of_month.is_working_day
    ) as days,
from pod
cross join day_of_month
group by all
order by all
