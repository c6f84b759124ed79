-- Purpose: a benchmark's records: so many finished episodes, each sent once, one in two hundred
--   spoilt.
-- Grain: one row per record sent.
-- Inputs: episode, interchange; the variables first_day, last_day, episodes_wanted.
create or replace table sent as
with wanted as (
    select
        episode_no,
        episode_end_date as activity_date
    from episode
    where
        record_type in ('120', '130', '140')
        and episode_end_date between getvariable('first_day') and getvariable('last_day')
    order by episode_no
    limit getvariable('episodes_wanted')
)

select
    wanted.episode_no,
    interchange.interchange_no,
    'final' as version,
    'finished' as kind,
    if(
        happens('spoilt', wanted.episode_no, 50),
        choose('fault', wanted.episode_no, [
            'blank identifier', 'no such day', 'unknown method', 'discharge before admission',
            'born after admission'
        ]),
        null
    ) as fault,
    wanted.activity_date,
    null::timestamp as applicable_at
from wanted
inner join interchange
    on wanted.activity_date between interchange.period_start and interchange.period_end;
