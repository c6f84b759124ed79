-- Purpose: gps.csv: which doctor worked at which practice, and when. The doctors of a closing
--   practice go with its patients; one doctor of the second practice moves to the fourth.
-- Grain: one row per doctor and practice.
-- Inputs: practice, the variable first_day.
with doctors as (
    select
        practice,
        close_date,
        successor,
        unnest(range(1, gps + 1)) as place,
        open_date
    from practice
),

kept as (
    select
        gmp_code(practice, place) as gmp_code,
        practice,
        (open_date + to_months((place * 17)::integer))::date as start_date,
        if(practice = 2 and place = 4, (getvariable('first_day') + 60)::date, close_date)
            as end_date
    from doctors
    union all
    select
        gmp_code(practice, place) as gmp_code,
        successor as practice,
        close_date + 1 as start_date,
        null as end_date
    from doctors
    where close_date is not null
    union all
    select
        gmp_code(practice, place) as gmp_code,
        4 as practice,
        (getvariable('first_day') + 61)::date as start_date,
        null as end_date
    from doctors
    where practice = 2 and place = 4
)

select
    gmp_code,
    practice_code(practice) as practice_code,
    start_date,
    end_date
from kept
order by gmp_code, start_date;
