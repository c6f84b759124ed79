-- Purpose: the practices, with how many of the people are whose. Lists are cut from the
--   catalogue's by the largest remainder, so that they add up to the patients asked for; a
--   benchmark that wants more practices than the catalogue knows gets invented ones.
-- Grain: one row per practice.
-- Inputs: practices.csv of the catalogue, the variables patients and practices.
create or replace table practice as
with wanted as (
    select
        numbers.number::integer as practice,
        coalesce(known.name, concat('Practice ', number)) as name,
        coalesce(known.address, concat(number, ' Long Road, Moorland')) as address,
        coalesce(known.postcode, concat('ZQ', 1 + number % 20, ' 9ZZ')) as postcode,
        coalesce(known.open_date, date '1974-04-01') as open_date,
        known.close_date,
        coalesce(known.patients, 2000 + pick('list', number, 9000)) as share,
        coalesce(known.need_percent, 90 + pick('need', number, 21)) as need_percent,
        coalesce(known.first_provider_percent, 80) as first_provider_percent,
        coalesce(known.gps, 4) as gps,
        known.successor,
        coalesce(known.participation, 'budget_holder') as participation
    from range(1, getvariable('practices') + 1) as numbers (number)
    left join catalogue_practices as known on known.practice = number
),

cut as (
    select
        *,
        (share * getvariable('patients')) // sum(share) over () as whole,
        (share * getvariable('patients')) % sum(share) over () as remainder
    from wanted
),

sized as (
    select
        *,
        (
            whole + if(
                row_number() over (order by remainder desc, practice asc)
                <= getvariable('patients') - sum(whole) over (),
                1,
                0
            )
        )::bigint as list_size
    from cut
),

placed as (
    select
        *,
        (sum(list_size) over (order by practice) - list_size)::bigint as first_person,
        (
            sum(list_size * need_percent) over (order by practice) - list_size * need_percent
        )::bigint as first_need
    from sized
)

select
    practice,
    practice_code(practice) as practice_code,
    name,
    address,
    postcode,
    open_date,
    close_date,
    list_size,
    need_percent,
    first_provider_percent,
    gps,
    successor,
    participation,
    first_person,
    first_need
from placed
order by practice;

set variable all_need = (select sum(list_size * need_percent) from practice);
