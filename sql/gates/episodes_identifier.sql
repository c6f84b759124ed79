-- What became of the month's identifiers.
--
-- Grain: one row per CDS unique identifier whose last good record is of the month.
-- Inputs: live_record, record. Variables: month.
create or replace temp table episodes_identifier as
select
    record.provider_code,
    record.cds_unique_identifier,
    live_record.record_id,
    live_record.fate,
    live_record.fate <> 'live' as is_dead,
    live_record.fate = 'live' and live_record.prime_recipient_changed as has_moved,
from live_record
inner join record on live_record.record_id = record.rowid
where
    record.cds_activity_date >= getvariable('month')
    and record.cds_activity_date < getvariable('month') + interval 1 month;
