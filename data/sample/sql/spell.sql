-- Purpose: every stay in hospital as it truly was: who, where, when, for what. What the
--   hospitals make of it on the way (errors, delays, corrections) is decided later.
-- Grain: one row per spell.
-- Inputs: class_slot, day_slot, hrg_slot, profile_slot, age_slot, practice; the variables
--   patients, spells, all_need, practices, providers, outsiders_from, outsider_hundreds,
--   newborns_from.
create or replace table spell as
with numbered as (
    select
        numbers.number as spell_no,
        numbers.number // 1000 as block,
        (numbers.number * 617) % 1000 as class_slot
    from range(getvariable('spells')) as numbers (number)
),

-- A birth and its delivery share a key, and so the day, the practice and the hospital; so does a
-- regular attender with his other visits.
keyed as (
    select
        numbered.spell_no,
        class_slot.event_class,
        class_slot.point_of_delivery,
        class_slot.day_kind,
        class_slot.hrg_slots,
        class_slot.day_slots,
        numbered.block * 36 + class_slot.place as birth_no,
        case
            when class_slot.event_class in ('birth', 'delivery')
                then 3000000000 + numbered.block * 36 + class_slot.place
            when class_slot.event_class = 'regular'
                then
                    2000000000
                    + pick('attender', numbered.spell_no, getvariable('patients') // 1500 + 1)
            else numbered.spell_no
        end as who,
        if(
            class_slot.event_class in ('birth', 'delivery'),
            3000000000 + numbered.block * 36 + class_slot.place,
            numbered.spell_no
        ) as occasion
    from numbered
    inner join class_slot on numbered.class_slot = class_slot.class_slot
),

coded as (
    select
        keyed.*,
        hrg_slot.hrg_code,
        hrg_slot.profile,
        hrg_slot.profile_slots,
        hrg_slot.elective_nights,
        hrg_slot.non_elective_nights,
        day_slot.admission_date
    from keyed
    inner join hrg_slot
        on
            keyed.event_class = hrg_slot.event_class
            and pick('hrg', keyed.spell_no, keyed.hrg_slots) = hrg_slot.slot
    inner join day_slot
        on
            keyed.day_kind = day_slot.day_kind
            and pick('day', keyed.occasion, keyed.day_slots) = day_slot.slot
),

placed as (
    select
        coded.*,
        profile_slot.age_slot as wanted_slot,
        practice.practice as home_practice,
        practice.first_person,
        practice.list_size,
        practice.first_provider_percent,
        pick('origin', coded.who, 1000) as origin_draw
    from coded
    inner join profile_slot
        on
            coded.profile = profile_slot.profile
            and pick('profile', coded.who, coded.profile_slots) = profile_slot.slot
    asof inner join practice
        on pick('practice', coded.who, getvariable('all_need')) >= practice.first_need
),

-- The first person of the practice's list who is of the wanted age and sex, and how many there are.
matched as (
    select
        *,
        first_person + (wanted_slot - first_person % 100 + 100) % 100 as first_match,
        case
            when origin_draw < 12 then 'unregistered'
            when origin_draw < 24 then 'visitor'
            else 'registered'
        end as origin
    from placed
),

-- Draws stand in columns of their own: inside a case they would be worked out again and again.
drawn as (
    select
        *,
        pick('outsider', who, getvariable('outsider_hundreds')) as outsider_draw,
        pick('whoever', who, list_size) as whoever_draw,
        pick(
            'match', who, greatest(0, first_person + list_size - 1 - first_match) // 100 + 1
        ) as match_draw,
        happens('kept in', spell_no, 80) as kept_in,
        happens('complicated', spell_no, 120) as complicated,
        stretch('nights', spell_no) as stretched,
        pick('hospital', occasion, 100) as hospital_draw,
        pick('further hospital', occasion, 3) as further_draw,
        pick('delay', spell_no, 1000) as delay_draw,
        pick('mend', spell_no, 1000) as mend_draw
    from matched
),

peopled as (
    select
        *,
        case
            when event_class = 'birth' then getvariable('newborns_from') + birth_no
            when origin <> 'registered'
                then
                    getvariable('outsiders_from')
                    + 100 * outsider_draw
                    + wanted_slot
            when first_match >= first_person + list_size
                then first_person + whoever_draw
            else first_match + 100 * match_draw
        end as person
    from drawn
),

stayed as (
    select
        *,
        case
            when event_class = 'regular' then 0
            when event_class = 'daycase' then if(kept_in, 1, 0)
            when event_class = 'elective' then greatest(1, floor(elective_nights * stretched + 0.4))
            else floor(non_elective_nights * stretched + 0.25)
        end
        * if(complicated and event_class <> 'daycase', 3, 1) as nights_drawn
    from peopled
),

homed as (
    select
        stayed.spell_no,
        stayed.event_class,
        stayed.point_of_delivery,
        stayed.hrg_code,
        stayed.admission_date,
        stayed.occasion,
        stayed.who,
        stayed.birth_no,
        stayed.person,
        stayed.origin,
        stayed.home_practice,
        stayed.first_provider_percent,
        stayed.hospital_draw,
        stayed.further_draw,
        stayed.delay_draw,
        stayed.mend_draw,
        least(stayed.nights_drawn, 180)::integer as nights,
        if(stayed.event_class = 'birth', 1 + stayed.person % 2, age_slot.sex) as sex,
        if(
            stayed.event_class = 'birth',
            stayed.admission_date,
            person_birth_date(stayed.person, age_slot.minimum_age, age_slot.maximum_age)
        ) as birth_date,
        stayed.origin = 'registered'
        and stayed.event_class <> 'birth'
        and moves(stayed.person)
        and stayed.admission_date >= change_date(stayed.person) as moved,
        stayed.origin = 'registered'
        and stayed.event_class <> 'birth'
        and leaves(stayed.person)
        and stayed.admission_date >= change_date(stayed.person) as has_left,
        if(
            target.practice = stayed.home_practice,
            stayed.home_practice % getvariable('practices') + 1,
            target.practice
        )::integer as next_practice
    from stayed
    inner join age_slot on stayed.person % 100 = age_slot.age_slot
    asof inner join practice as target
        on pick('next practice', stayed.person, getvariable('all_need')) >= target.first_need
)

select
    homed.spell_no,
    homed.event_class,
    homed.point_of_delivery,
    homed.hrg_code,
    homed.admission_date,
    homed.admission_date + homed.nights as discharge_date,
    homed.nights,
    homed.birth_no,
    homed.person,
    homed.origin,
    homed.sex,
    homed.birth_date,
    homed.home_practice,
    homed.moved,
    homed.has_left,
    -- The practice whose list the person is on that day, after a merger.
    if(
        practice.close_date < homed.admission_date, practice.successor, practice.practice
    ) as practice,
    practice.practice as practice_before_merger,
    if(
        getvariable('providers') = 2,
        if(
            homed.event_class <> 'regular'
            and homed.hospital_draw >= homed.first_provider_percent,
            2,
            1
        ),
        1 + (homed.home_practice + if(
            homed.hospital_draw >= homed.first_provider_percent,
            1 + homed.further_draw,
            0
        )) % getvariable('providers')
    )::integer as provider,
    -- Months until the coding is done and the spell is sent.
    case
        when homed.delay_draw < 52 then 1
        when homed.delay_draw < 78 then 2
        else 0
    end as delay,
    case
        when homed.mend_draw < 16 then 'coding'
        when homed.mend_draw < 27 then 'recoding'
        when homed.mend_draw < 36 then 'practice'
        when homed.mend_draw < 44 then 'nhs number'
        when homed.mend_draw < 52 and homed.nights >= 2 then 'admission date'
        when homed.mend_draw between 52 and 60 then 'withdrawal'
    end as mend
from homed
inner join
    practice
    on if(homed.moved, homed.next_practice, homed.home_practice) = practice.practice;
