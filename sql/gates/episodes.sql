-- Figures of the gate `episodes`: whether the live records look like a month of care.
--
-- Grain: one row per provider, its shares; one per provider and point of delivery, its volume; and
-- one with no place, what concerns the whole.
-- Inputs: episodes_volume, episodes_identifier, episodes_unlawful. Variables: minimum_records.
with provider as (
    select
        provider_code as place,
        count(*) as identifiers,
        100.0 * count(*) filter (where is_dead) / count(*) as dead_percent,
        count(*) filter (where not is_dead) as live,
        100.0 * count(*) filter (where has_moved) / nullif(live, 0)
            as prime_recipient_changed_percent,
    from episodes_identifier
    group by provider_code
)

select
    place,
    if(identifiers >= getvariable('minimum_records'), dead_percent, null) as dead_percent,
    if(live >= getvariable('minimum_records'), prime_recipient_changed_percent, null)
        as prime_recipient_changed_percent,
    cast(null as double) as volume_percent,
    cast(null as bigint) as live_in_quarantine,
    cast(null as bigint) as live_after_mark,
from provider
union all
select
    provider_code || ', ' || pod as place,
    null as dead_percent,
    null as prime_recipient_changed_percent,
    volume_percent,
    null as live_in_quarantine,
    null as live_after_mark,
from episodes_volume
union all
select
    null as place,
    null as dead_percent,
    null as prime_recipient_changed_percent,
    null as volume_percent,
    count(*) filter (where reason = 'quarantined') as live_in_quarantine,
    count(*) filter (where reason = 'after the mark') as live_after_mark,
from episodes_unlawful
