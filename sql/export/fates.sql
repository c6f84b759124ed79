-- Export `fates`: what became of the records of each interchange, at the close's mark.
--
-- Grain: one row per interchange and fate that has any records.
-- Inputs: interchange, record, quarantine, record_fate.
with counted as (
    select
        landing_number,
        'quarantined' as fate,
        count(*) as records,
    from quarantine
    where landing_number <= getvariable('high_water')
    group by landing_number
    union all
    select
        landing_number,
        'deletion' as fate,
        count(*) as records,
    from record
    where
        landing_number <= getvariable('high_water')
        and scope_number is null
        and list_contains(getvariable('deletion_types'), cds_update_type)
        and rowid not in (select record_id from quarantine)
    group by landing_number
    union all
    select
        record.landing_number,
        last_good.fate,
        count(*) as records,
    from record_fate(getvariable('high_water')) as last_good
    inner join record on last_good.record_id = record.rowid
    group by record.landing_number, last_good.fate
),

superseded as (
    select
        interchange.landing_number,
        'superseded' as fate,
        interchange.records - coalesce(sum(counted.records), 0) as records,
    from interchange
    left join counted on interchange.landing_number = counted.landing_number
    where interchange.landing_number <= getvariable('high_water')
    group by interchange.landing_number, interchange.records
),

every_fate as (
    select *
    from counted
    union all
    select *
    from superseded
)

select
    interchange.sender,
    interchange.interchange_id,
    every_fate.fate,
    cast(every_fate.records as bigint) as records,
from every_fate
inner join interchange on every_fate.landing_number = interchange.landing_number
where every_fate.records <> 0
order by interchange.sender, interchange.interchange_id, every_fate.fate
