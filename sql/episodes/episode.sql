-- The finished consultant episodes that are live: records of types 120, 130 and 140.
--
-- Grain: one row per live CDS unique identifier of hospital care.
-- Inputs: live_record, grouped_record.
create or replace view episode as
select
    live_record.correction_quarantined,
    grouped_record.*,
from live_record
inner join grouped_record on live_record.record_id = grouped_record.record_id
where live_record.fate = 'live' and live_record.record_group = 'finished';
