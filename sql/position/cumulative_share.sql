-- What share of a year's budget falls to the end of each month.
--
-- Grain: one row per POD and month of the period's financial year.
-- Inputs: pod, bank_holiday, reference.profile.
--
-- Days to the month's end over days in the year: calendar days, or working days (Monday to Friday
-- less England's bank holidays); a profile takes their place where there is one.
create or replace table cumulative_share as
with day_of_year as (
    select
        cast(days.day as date) as day,
        isodow(days.day) <= 5 and cast(days.day as date) not in (select date from bank_holiday)
            as is_working_day,
    from
        range(
            cast(getvariable('year_start') as timestamp),
            cast(getvariable('year_start') + interval 1 year as timestamp),
            interval 1 day
        ) as days (day)
),

month_of_year as (
    select
        cast(date_trunc('month', day) as date) as month,
        count(*) as calendar_days,
        count(*) filter (where is_working_day) as working_days,
    from day_of_year
    group by all
),

to_date as (
    select
        month,
        sum(calendar_days) over (order by month) as calendar_days,
        sum(working_days) over (order by month) as working_days,
        sum(calendar_days) over () as year_calendar_days,
        sum(working_days) over () as year_working_days,
    from month_of_year
)

select
    pod.code as pod,
    to_date.month,
    case
        when profile.share is not null then cast(profile.share * 100000000 as hugeint)
        when pod."group" = 'working_days' then to_date.working_days
        else to_date.calendar_days
    end as numerator,
    case
        when profile.share is not null then 100000000
        when pod."group" = 'working_days' then to_date.year_working_days
        else to_date.year_calendar_days
    end as denominator,
from pod
cross join to_date
left join reference.profile
    on
        profile.financial_year = getvariable('financial_year')
        and pod.code = profile.pod
        and to_date.month = profile.month;
