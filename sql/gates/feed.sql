-- Figures of the gate `feed`: whether what was landed for the month is fit to be closed.
--
-- Grain: one row per provider, its shares; and one with no place, what concerns the whole.
-- Inputs: feed_record, feed_provider, feed_interchange, feed_day. Variables: minimum_records,
--         held_files, refused_files (lists of names).
--
-- Shares of a provider with few records are noise and null: nothing to judge.
with provider as (
    select
        provider_code as place,
        100.0 * count(*) filter (where is_quarantined) / count(*) as quarantined_percent,
        count(*) as records,
        count(*) filter (where is_activity) as activities,
        100.0 * count(*) filter (where has_no_nhs_number) / nullif(activities, 0)
            as no_nhs_number_percent,
        100.0 * count(*) filter (where has_no_practice) / nullif(activities, 0)
            as no_practice_percent,
        count(*) filter (where is_episode) as episodes,
        100.0 * count(*) filter (where has_no_hrg) / nullif(episodes, 0) as no_hrg_percent,
    from feed_record
    group by provider_code
)

select
    place,
    if(records >= getvariable('minimum_records'), quarantined_percent, null)
        as quarantined_percent,
    if(activities >= getvariable('minimum_records'), no_nhs_number_percent, null)
        as no_nhs_number_percent,
    if(activities >= getvariable('minimum_records'), no_practice_percent, null)
        as no_practice_percent,
    if(episodes >= getvariable('minimum_records'), no_hrg_percent, null) as no_hrg_percent,
    cast(null as bigint) as silent_providers,
    cast(null as bigint) as empty_days,
    cast(null as bigint) as interchanges_off,
    cast(null as bigint) as held_files,
    cast(null as bigint) as refused_files,
from provider
union all
select
    null as place,
    null as quarantined_percent,
    null as no_nhs_number_percent,
    null as no_practice_percent,
    null as no_hrg_percent,
    (select count(*) filter (is_silent) from feed_provider) as silent_providers,
    (select count(*) filter (records = 0) from feed_day) as empty_days,
    (select count(*) filter (is_off) from feed_interchange) as interchanges_off,
    len(getvariable('held_files')) as held_files,
    len(getvariable('refused_files')) as refused_files
