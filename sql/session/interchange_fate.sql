-- What became of the records of each interchange, at a mark (variable high_water).
--
-- Grain: one row per interchange and fate that has any records.
-- Inputs: interchange, record, quarantine; of each identifier's last good record the fate, from the
--         table or view that is named: last_good_record works it out, live_record has it of the
--         last close.
--
-- Every record of the log is looked at, none is told by subtraction: so that the fates of an
-- interchange add up to its trailer's count is something that can fail.
create or replace temp view last_good_record as
from record_fate(getvariable('high_water'));

create or replace temp macro interchange_fate(last_good) as table
    with every_record as (
        select
            record.landing_number,
            case
                when quarantine.record_id is not null then 'quarantined'
                when
                    record.scope_number is null
                    and list_contains(getvariable('deletion_types'), record.cds_update_type)
                    then 'deletion'
                else coalesce(cast(last_good.fate as varchar), 'superseded')
            end as fate,
        from record
        left join quarantine on record.rowid = quarantine.record_id
        left join query_table(last_good) as last_good
            on record.rowid = last_good.record_id
        where record.landing_number <= getvariable('high_water')
    ),

    counted as (
        select
            landing_number,
            fate,
            count(*) as records,
        from every_record
        group by landing_number, fate
    )

    select
        interchange.sender,
        interchange.interchange_id,
        counted.fate,
        counted.records,
    from counted
    inner join interchange on counted.landing_number = interchange.landing_number;
