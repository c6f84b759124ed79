-- Purpose: which record of which episode goes out in which interchange, in which version, with
--   what planted wrong. version is 'first' while a mistake stands that is mended later, else
--   'final'.
-- Grain: one row per record sent.
-- Inputs: episode, interchange, month.
create or replace table sent as
with spans as (
    select
        spell_no,
        min(ended_in) as first_ended_in,
        max(ended_in) as last_ended_in,
        bool_or(record_type in ('150', '160')) as is_at_home
    from episode
    group by spell_no
),

-- What ended before the first month was sent before there were files, but for what comes late.
known as (
    select
        episode.*,
        case
            when spans.is_at_home then 0
            when episode.delay = 2 and episode.ended_in % 2 <> 0 and episode.protocol = '020' then 1
            else episode.delay
        end as months_late,
        case episode.record_type
            when '150' then '040'
            when '160' then '030'
            else '010'
        end as bulk_group
    from episode
    inner join spans on episode.spell_no = spans.spell_no
    where
        (
            spans.first_ended_in >= 0
            or (
                episode.protocol = '010'
                and spans.last_ended_in = -1
                and spans.first_ended_in = -1
                and episode.delay > 0
            )
        )
        and episode.episode_start_date <= getvariable('last_day')
),

-- Under bulk replacement a finished episode is in every file of its month from the first it makes,
-- unless the hospital withdraws it. A withdrawn one stands in the middle of the month, where every
-- format's idea of the period covers it.
bulk_finished as (
    select
        known.episode_no,
        interchange.interchange_no,
        if(
            known.mend is not null
            and known.mend <> 'withdrawal'
            and interchange.k = known.ended_in + known.months_late,
            'first',
            'final'
        ) as version,
        'finished' as kind
    from known
    inner join interchange
        on
            known.provider = interchange.provider
            and known.bulk_group = interchange.bulk_group
            and known.ended_in = interchange.covered_k
            and known.ended_in + known.months_late <= interchange.k
    where
        known.protocol = '020'
        and not (
            known.mend is not distinct from 'withdrawal'
            and day(known.episode_end_date) between 4 and 25
            and interchange.k > known.ended_in + known.months_late
        )
),

-- Who still lies in the ward on the last day of a month is reported as unfinished.
unfinished as (
    select
        known.episode_no,
        interchange.interchange_no,
        'final' as version,
        'unfinished' as kind
    from known
    inner join month
        on
            known.episode_start_date <= month.last_day
            and known.episode_end_date > month.last_day
    inner join interchange
        on
            known.provider = interchange.provider
            and month.k = interchange.k
            and (interchange.bulk_group = '020' or interchange.part = 2)
    where
        known.months_late = 0
        and known.bulk_group = '010'
        and happens('reported unfinished', known.episode_no, 8000)
),

-- Under net change a finished episode is sent once,
net_first as (
    select
        known.episode_no,
        interchange.interchange_no,
        interchange.k,
        if(known.mend is null or known.mend = 'withdrawal', 'final', 'first') as version,
        'finished' as kind
    from known
    inner join interchange
        on
            known.provider = interchange.provider
            and known.ended_in + known.months_late = interchange.k
            and if(
                known.months_late = 0,
                if(day(known.episode_end_date) <= 14, 1, 2),
                1 + pick('part', known.episode_no, 2)
            ) = interchange.part
    where known.protocol = '010'
),

-- again when it is mended,
net_mended as (
    select
        first_sent.episode_no,
        interchange.interchange_no,
        'final' as version,
        'finished' as kind
    from net_first as first_sent
    inner join known on first_sent.episode_no = known.episode_no
    inner join interchange
        on
            known.provider = interchange.provider
            and first_sent.k + 1 = interchange.k
            and 1 + pick('mended part', known.spell_no, 2) = interchange.part
    where known.mend <> 'withdrawal'
),

-- and taken back when it was a mistake.
net_withdrawn as (
    select
        first_sent.episode_no,
        interchange.interchange_no,
        'final' as version,
        'deletion' as kind
    from net_first as first_sent
    inner join known on first_sent.episode_no = known.episode_no
    inner join interchange
        on
            known.provider = interchange.provider
            and first_sent.k + 1 + pick('withdrawn after', known.spell_no, 2) = interchange.k
            and 1 + pick('withdrawn part', known.spell_no, 2) = interchange.part
    where
        known.mend = 'withdrawal'
),

sound as (
    select * from bulk_finished
    union all
    select * from unfinished
    union all
    select * exclude (k) from net_first
    union all
    select * from net_mended
    union all
    select * from net_withdrawn
),

spoilt as (
    select
        *,
        if(
            kind = 'finished'
            and happens('spoilt', (episode_no * 128 + interchange_no) % 4294967291, 110),
            choose(
                'fault',
                (episode_no * 128 + interchange_no) % 4294967291,
                [
                    'blank identifier', 'blank method', 'no such day', 'episode number',
                    'unknown method', 'unknown classification', 'unknown category',
                    'discharge before admission', 'end before start',
                    'born long ago', 'born after admission', 'blank and unknown'
                ]
            ),
            null
        ) as fault
    from sound
),

-- Under net change half of what was spoilt comes again in the next month.
net_repaired as (
    select
        spoilt.episode_no,
        interchange.interchange_no,
        'final' as version,
        'finished' as kind,
        null as fault
    from spoilt
    inner join interchange as earlier on spoilt.interchange_no = earlier.interchange_no
    inner join interchange
        on
            earlier.provider = interchange.provider
            and earlier.k + 1 = interchange.k
            and interchange.part = 2
    inner join known on spoilt.episode_no = known.episode_no
    where
        spoilt.fault is not null
        and spoilt.version = 'final'
        and earlier.protocol = '010'
        and known.mend is null
        and happens('repaired', spoilt.episode_no, 5000)
),

-- The same record twice in one file: the later one stands.
doubled as (
    select
        episode_no,
        interchange_no,
        version,
        kind,
        'doubled' as fault
    from spoilt
    where
        fault is null
        and kind = 'finished'
        and happens('doubled', (episode_no * 128 + interchange_no) % 4294967291, 20)
),

-- A record of the month before in this month's file, beside the right place for it.
astray_in_time as (
    select
        spoilt.episode_no,
        elsewhere.interchange_no,
        spoilt.version,
        spoilt.kind,
        'outside the period' as fault
    from spoilt
    inner join interchange on spoilt.interchange_no = interchange.interchange_no
    inner join interchange as elsewhere
        on
            interchange.provider = elsewhere.provider
            and interchange.k = elsewhere.k
            and elsewhere.covered_k = elsewhere.k
            and elsewhere.bulk_group = interchange.bulk_group
    where
        interchange.bulk_group = '010'
        and interchange.covered_k = interchange.k - 1
        and spoilt.fault is null
        and happens('astray in time', spoilt.episode_no, 40)
),

-- An unfinished episode among the finished ones, beside the right place for it.
astray_in_group as (
    select
        spoilt.episode_no,
        elsewhere.interchange_no,
        spoilt.version,
        spoilt.kind,
        'outside the group' as fault
    from spoilt
    inner join interchange on spoilt.interchange_no = interchange.interchange_no
    inner join interchange as elsewhere
        on
            interchange.provider = elsewhere.provider
            and interchange.k = elsewhere.k
            and elsewhere.covered_k = elsewhere.k
            and elsewhere.bulk_group = '010'
    where
        interchange.bulk_group = '020'
        and spoilt.kind = 'unfinished'
        and happens('astray in group', spoilt.episode_no, 400)
),

everything as (
    select * from spoilt
    union all
    select * from net_repaired
    union all
    select * from doubled
    union all
    select * from astray_in_time
    union all
    select * from astray_in_group
)

select
    everything.episode_no,
    everything.interchange_no,
    everything.version,
    everything.kind,
    everything.fault,
    if(
        everything.kind = 'unfinished',
        least(month.last_day, getvariable('last_day')),
        episode.episode_end_date
    )::date as activity_date,
    -- The hospital's own clock under net change: some hours before the extract.
    if(
        interchange.protocol = '010',
        interchange.extract_at
        - to_minutes(30 + pick('keyed', everything.episode_no, 4000)),
        null
    ) as applicable_at
from everything
inner join interchange on everything.interchange_no = interchange.interchange_no
inner join month on interchange.k = month.k
inner join episode on everything.episode_no = episode.episode_no;
