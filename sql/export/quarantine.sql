-- Export `quarantine`: every record in quarantine at the close's mark, with all its faults.
--
-- Grain: one row per quarantined record.
-- Inputs: quarantine, record, interchange.
select
    interchange.sender,
    interchange.interchange_id,
    -- Two lines stand before the first record where the format does not number its lines.
    coalesce(record.file_line, quarantine.record_id - interchange.first_record + 3) as line,
    record.cds_unique_identifier,
    quarantine.rules,
    quarantine.fields,
from quarantine
inner join record on quarantine.record_id = record.rowid
inner join interchange on quarantine.landing_number = interchange.landing_number
where quarantine.landing_number <= getvariable('high_water')
order by interchange.sender, interchange.interchange_id, line
