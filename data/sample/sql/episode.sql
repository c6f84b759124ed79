-- Purpose: the consultant episodes of each spell, with everything a record of one would say.
-- Grain: one row per episode.
-- Inputs: spell, practice, provider, hrgs, hrg_slot; the variables first_day, companion_slots.
create or replace table episode as
with drawn as (
    select
        *,
        pick('second episode', spell_no, 100) as episodes_draw,
        happens('at home', birth_no, 600) as at_home
    from spell
),

counted as (
    select
        *,
        least(
            nights + 1,
            case
                when event_class in ('daycase', 'regular', 'birth', 'antenatal') then 1
                when event_class = 'elective' then if(episodes_draw < 13, 2, 1)
                when event_class = 'delivery' then if(episodes_draw < 7, 2, 1)
                when episodes_draw < 38 then 1
                when episodes_draw < 77 then 2
                when episodes_draw < 94 then 3
                else 4
            end
        )::integer as episodes
    from drawn
),

parted as (
    select
        *,
        unnest(range(episodes))::integer as place
    from counted
),

-- The first night is the admission ward's; the rest is shared out evenly.
dated as (
    select
        *,
        spell_no * 4 + place as episode_no,
        admission_date
        + if(place = 0, 0, 1 + ((nights - 1) * (place - 1)) // greatest(episodes - 1, 1))::integer
            as episode_start_date,
        if(
            place = episodes - 1,
            discharge_date,
            admission_date + (1 + ((nights - 1) * place) // greatest(episodes - 1, 1))::integer
        ) as episode_end_date,
        place = if(event_class in ('emergency', 'transfer'), episodes - 1, 0) as is_main
    from parted
),

coded as (
    select
        dated.*,
        case
            when dated.is_main then dated.hrg_code
            when dated.event_class = 'delivery' then 'N12'
            when dated.birth_date > dated.admission_date - 5500 then 'P13'
            else companion.hrg_code
        end as own_hrg_code,
        if(
            dated.birth_date > dated.admission_date - 5500, 'P13', companion.hrg_code
        ) as mistaken_hrg_code
    from dated
    inner join hrg_slot as companion
        on
            companion.event_class = 'companion'
            and pick('companion', dated.episode_no, getvariable('companion_slots')) = companion.slot
)

select
    coded.episode_no,
    coded.spell_no,
    coded.place + 1 as episode_number,
    coded.place = coded.episodes - 1 as is_last,
    coded.is_main,
    coded.event_class,
    coded.point_of_delivery,
    coded.admission_date,
    coded.discharge_date,
    coded.nights,
    coded.episode_start_date,
    coded.episode_end_date,
    coded.person,
    coded.origin,
    coded.sex,
    coded.birth_date,
    coded.home_practice,
    coded.practice,
    coded.practice_before_merger,
    coded.moved,
    coded.has_left,
    coded.provider,
    provider.provider_code,
    provider.protocol,
    coded.mend,
    coded.own_hrg_code,
    coded.mistaken_hrg_code,
    coded.hrg_code as spell_hrg_code,
    hrgs.main_specialty,
    coalesce(hrgs.treatment_function, hrgs.main_specialty) as treatment_function,
    case
        -- Six births in a hundred are at home; the hospital's midwives report them.
        when coded.event_class = 'birth' then if(coded.at_home, '150', '120')
        when coded.event_class = 'delivery' then if(coded.at_home, '160', '140')
        else '130'
    end as record_type,
    (
        datediff('month', getvariable('first_day'), coded.episode_end_date)
    )::integer as ended_in,
    coded.delay
from coded
inner join provider on coded.provider = provider.provider
inner join hrgs on coded.own_hrg_code = hrgs.hrg_code;
