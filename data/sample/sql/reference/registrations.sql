-- Purpose: registrations.csv: who was on which practice's list, from when, until the day before
--   when.
-- Grain: one row per person and time on a list.
-- Inputs: practice, age_slot, spell; the variables patients, practices, all_need, first_day.
with people as (
    select
        numbers.number as person,
        practice.practice,
        practice.close_date,
        practice.successor,
        person_birth_date(numbers.number, age_slot.minimum_age, age_slot.maximum_age) as birth_date
    from range(getvariable('patients')) as numbers (number)
    inner join age_slot on numbers.number % 100 = age_slot.age_slot
    asof inner join practice on numbers.number >= practice.first_person
),

joined as (
    select
        people.*,
        if(
            target.practice = people.practice,
            people.practice % getvariable('practices') + 1,
            target.practice
        ) as next_practice,
        -- Registered since some day of the last 25 years, or some weeks after birth.
        (
            least(
                greatest(
                    birth_date + 14 + pick('registers', person, 40)::integer,
                    getvariable('first_day') - 1 - pick('since', person, 9000)::integer
                ),
                getvariable('first_day') - 1
            )
        )::date as start_date,
        case
            when moves(person) or leaves(person) then change_date(person)
        end as changed
    from people
    asof inner join practice as target
        on pick('next practice', people.person, getvariable('all_need')) >= target.first_need
),

earlier as (
    select
        person,
        practice % getvariable('practices') + 1 as practice,
        start_date - 300 - pick('before', person, 4000)::integer as start_date,
        start_date as end_date
    from joined
    where happens('was elsewhere', person, 150) and birth_date < start_date - 5000
),

base as (
    select
        person,
        practice,
        start_date,
        changed as end_date
    from joined
),

moved as (
    select
        person,
        next_practice as practice,
        changed as start_date,
        null::date as end_date
    from joined
    where moves(person)
),

newborn as (
    select
        person,
        home_practice as practice,
        admission_date + 14 + pick('registers', person, 40)::integer as start_date,
        null::date as end_date
    from spell
    where event_class = 'birth' and origin = 'registered'
),

intended as (
    select * from earlier
    union all
    select * from base
    union all
    select * from moved
    union all
    select * from newborn
),

-- A closing practice's list passes to its successor on the day after it closes.
kept as (
    select
        intended.person,
        intended.practice,
        intended.start_date,
        if(
            practice.close_date < coalesce(intended.end_date, date '9999-01-01'),
            practice.close_date + 1,
            intended.end_date
        ) as end_date
    from intended
    inner join practice on intended.practice = practice.practice
    where practice.close_date is null or intended.start_date <= practice.close_date
    union all
    select
        intended.person,
        practice.successor as practice,
        greatest(intended.start_date, practice.close_date + 1) as start_date,
        intended.end_date
    from intended
    inner join practice on intended.practice = practice.practice
    where
        practice.close_date < coalesce(intended.end_date, date '9999-01-01')
        and coalesce(intended.end_date, date '9999-01-01') > practice.close_date + 1
),

-- The NHS number, step by step.
placed as (
    select
        *,
        nhs_place(person) as place
    from kept
),

bodied as (
    select
        *,
        nhs_body(place) as body
    from placed
),

summed as (
    select
        *,
        nhs_sum(body) as sum_of_eight
    from bodied
),

finished as (
    select
        *,
        nhs_ninth(sum_of_eight, place) as ninth
    from summed
)

select
    nhs_text(body, sum_of_eight, ninth) as nhs_number,
    practice_code(practice) as practice_code,
    start_date::date as start_date,
    end_date::date as end_date
from finished
order by nhs_number, start_date;
