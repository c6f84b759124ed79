-- What became of each identifier's last good record, at the close's mark.
--
-- Grain: one row per CDS unique identifier with a good record that is no deletion.
-- Inputs: record_fate (of record, quarantine and scope), cds_record_type.
create or replace table live_record as
with record_type as (
    select
        code,
        cast("group" as record_group) as record_group,
    from cds_record_type
)

select
    fate.record_id,
    fate.fate, -- live, replaced or deleted
    fate.correction_quarantined,
    fate.prime_recipient_changed,
    record_type.record_group, -- finished, other or unfinished
from record_fate(getvariable('high_water')) as fate
inner join record on fate.record_id = record.rowid
inner join record_type on record.cds_record_type = record_type.code;
