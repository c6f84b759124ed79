-- Purpose: what must become of every record by the end, reckoned from what was planted: the
--   yardstick that the pipeline's own fates are compared with.
-- Grain: one row per record sent.
-- Inputs: sent, episode, interchange.
create or replace table fate as
with timed as (
    select
        sent.*,
        interchange.provider,
        interchange.protocol,
        coalesce(sent.applicable_at, interchange.extract_at) as effective_at,
        case
            when sent.kind = 'unfinished' then '020'
            when episode.record_type = '150' then '040'
            when episode.record_type = '160' then '030'
            else '010'
        end as record_group
    from sent
    inner join interchange on sent.interchange_no = interchange.interchange_no
    inner join episode on sent.episode_no = episode.episode_no
),

greatest_sound as (
    select
        episode_no,
        arg_max(interchange_no, effective_at) as interchange_no,
        max(effective_at) as effective_at
    from timed
    where fault is null and kind <> 'deletion'
    group by episode_no
),

deleted as (
    select
        episode_no,
        max(effective_at) as effective_at
    from timed
    where kind = 'deletion'
    group by episode_no
),

brought as (
    select distinct
        episode_no,
        interchange_no
    from sent
),

-- Later scopes that cover the greatest sound record, and whether they brought it again.
covered as (
    select
        timed.episode_no,
        bool_or(brought.episode_no is null) as left_out,
        bool_or(brought.episode_no is not null) as brought_spoilt
    from timed
    inner join greatest_sound
        on
            timed.episode_no = greatest_sound.episode_no
            and timed.interchange_no = greatest_sound.interchange_no
    inner join interchange
        on
            timed.provider = interchange.provider
            and timed.record_group = interchange.bulk_group
            and timed.activity_date between interchange.period_start and interchange.period_end
            and timed.effective_at < interchange.extract_at
    left join brought
        on
            timed.episode_no = brought.episode_no
            and interchange.interchange_no = brought.interchange_no
    where timed.fault is null and timed.protocol = '020'
    group by timed.episode_no
)

select
    timed.episode_no,
    timed.interchange_no,
    timed.kind,
    timed.fault,
    case
        when timed.fault is not null then 'quarantined'
        when timed.kind = 'deletion' then 'deletion'
        when timed.interchange_no <> greatest_sound.interchange_no then 'superseded'
        when deleted.effective_at > timed.effective_at then 'deleted'
        when covered.left_out then 'replaced'
        else 'live'
    end as fate,
    timed.fault is null
    and timed.interchange_no = greatest_sound.interchange_no
    and coalesce(covered.brought_spoilt and not covered.left_out, false) as correction_quarantined
from timed
left join greatest_sound on timed.episode_no = greatest_sound.episode_no
left join deleted on timed.episode_no = deleted.episode_no
left join covered on timed.episode_no = covered.episode_no;
