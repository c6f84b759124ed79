-- Live records that must not be: in quarantine, or landed after the close's mark.
--
-- Grain: one row per record and reason.
-- Inputs: live_record, record, quarantine, close.
create or replace temp table episodes_unlawful as
with live as (
    select record_id
    from live_record
    where fate = 'live'
)

select
    record_id,
    'quarantined' as reason,
from live
where record_id in (select quarantine.record_id from quarantine)
union all
select
    record_id,
    'after the mark' as reason,
from live
where
    record_id in (
        select record.rowid
        from record
        where record.landing_number > (select arg_max(high_water, close_number) from close)
    );
