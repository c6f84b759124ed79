-- Each provider's records, spells and pounds, to the period's end.
--
-- Grain: one row per provider that any record names.
-- Inputs: record, interchange, live_record, spell, charge, standing_charge,
--         reference.provider.
with submitted as (
    select
        provider_code,
        count(*) as records,
    from record
    where landing_number <= getvariable('high_water') and provider_code is not null
    group by provider_code
),

declared as (
    select
        sender as provider_code,
        sum(declared_records) as declared,
    from interchange
    where landing_number <= getvariable('high_water')
    group by sender
),

live as (
    select
        record.provider_code,
        count(*) as live_episodes,
    from live_record
    inner join record on live_record.record_id = record.rowid
    where live_record.fate = 'live' and live_record.record_group = 'finished'
    group by record.provider_code
),

stayed as (
    select
        provider_code,
        count(*) as spells,
        count(*) filter (
            where coalesce(discharge_date > getvariable('period_end'), true)
        ) as open_spells,
    from spell
    group by provider_code
),

charged as (
    select
        provider_code,
        count(*) filter (where price_status = 'priced') as priced,
        count(*) filter (where price_status = 'local') as local,
        count(*) filter (where price_status = 'excluded') as excluded,
        count(*) filter (where price_status = 'ungrouped') as ungrouped,
        count(*) filter (where price_status = 'no_tariff') as no_tariff,
        sum(total_price) as priced_amount,
        count(*) filter (where not responsible and price_status in ('priced', 'local'))
            as not_responsible_spells,
        coalesce(sum(total_price) filter (where not responsible), 0) as not_responsible_amount,
    from charge
    where to_close is null
    group by provider_code
),

posted as (
    select
        provider_code,
        count(*) as posted_spells,
        sum(amount) as posted_amount,
    from standing_charge
    group by provider_code
)

select
    submitted.provider_code,
    coalesce(provider.name, submitted.provider_code) as provider_name,
    declared.declared,
    submitted.records,
    coalesce(live.live_episodes, 0) as live_episodes,
    coalesce(stayed.spells, 0) as spells,
    coalesce(stayed.open_spells, 0) as open_spells,
    coalesce(charged.priced, 0) as priced,
    coalesce(charged.local, 0) as local,
    coalesce(charged.excluded, 0) as excluded,
    coalesce(charged.ungrouped, 0) as ungrouped,
    coalesce(charged.no_tariff, 0) as no_tariff,
    coalesce(charged.priced_amount, 0) as priced_amount,
    coalesce(charged.not_responsible_spells, 0) as not_responsible_spells,
    coalesce(charged.not_responsible_amount, 0) as not_responsible_amount,
    coalesce(posted.posted_spells, 0) as posted_spells,
    coalesce(posted.posted_amount, 0) as posted_amount,
from submitted
left join reference.provider on submitted.provider_code = provider.provider_code
left join declared on submitted.provider_code = declared.provider_code
left join live on submitted.provider_code = live.provider_code
left join stayed on submitted.provider_code = stayed.provider_code
left join charged on submitted.provider_code = charged.provider_code
left join posted on submitted.provider_code = posted.provider_code
order by submitted.provider_code
