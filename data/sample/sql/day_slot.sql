-- Purpose: how admissions spread over days. A planned admission needs a working day, an urgent
--   one comes on any day, more on Mondays and in winter, a birth whenever it likes. A day has as
--   many slots as its weight, so that an even draw over slots is a weighted draw over days.
-- Grain: one row per kind of day and slot.
-- Inputs: the variables first_day and last_day, bank_holidays.csv.
create or replace table day_slot as
with days as (
    select day::date as day
    from
        generate_series(
            getvariable('warm_up_day')::timestamp,
            getvariable('last_day')::timestamp,
            interval 1 day
        ) as days (day)
),

weighted as (
    select
        'planned' as day_kind,
        day,
        if(
            isodow(day) > 5 or day in (select holidays.day from bank_holidays as holidays),
            0,
            [98, 106, 106, 102, 82][isodow(day)]
        ) as weight
    from days
    union all
    select
        'urgent' as day_kind,
        day,
        [112, 104, 102, 100, 102, 91, 89][isodow(day)]
        * [110, 107, 104, 101, 99, 98, 97, 95, 98, 100, 103, 110][month(day)] // 100 as weight
    from days
    union all
    select
        'even' as day_kind,
        day,
        100 as weight
    from days
),

expanded as (
    select
        day_kind,
        day,
        unnest(range(weight)) as within_day
    from weighted
    where weight > 0
)

select
    day_kind,
    day as admission_date,
    row_number() over (partition by day_kind order by day, within_day) - 1 as slot
from expanded;
