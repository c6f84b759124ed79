-- What each bulk replacement being landed would take away (rule H01).
--
-- Grain: one row per scope of the interchange.
-- Inputs: submitted_scope, record_fate (of what was landed before), record (with this
--         interchange's).
--
-- covered: live records of the scope's sender, recipient, bulk group and period.
-- removed: those of them that are older than the scope, that it does not bring again, and that
--          nothing else in the file supersedes.
with live as (
    select
        record.rowid as record_id,
        record.cds_unique_identifier,
        record.sender,
        record.prime_recipient,
        record.cds_activity_date,
        record.effective_time,
        cds_record_type.bulk_group,
    from record
    inner join cds_record_type on record.cds_record_type = cds_record_type.code
    where record.rowid in (
        select fate.record_id
        from record_fate(getvariable('landing_number') - 1) as fate
        where fate.fate = 'live'
    )
),

brought as (
    select distinct
        record.scope_number,
        record.cds_unique_identifier,
    from record
    where record.landing_number = getvariable('landing_number')
),

newer as (
    select
        cds_unique_identifier,
        max(effective_time) as effective_time,
    from record
    where landing_number = getvariable('landing_number') and faults is null
    group by cds_unique_identifier
)

select
    submitted_scope.scope_number,
    date_diff('day', submitted_scope.period_start, submitted_scope.period_end) + 1 as period_days,
    count(live.record_id) as covered,
    count(live.record_id) filter (
        where live.effective_time <= submitted_scope.effective_time
        and brought.cds_unique_identifier is null
        and coalesce(newer.effective_time < live.effective_time, true)
    ) as removed,
from submitted_scope
left join live
    on
        live.sender = submitted_scope.sender
        and live.prime_recipient = submitted_scope.prime_recipient
        and live.bulk_group = submitted_scope.bulk_group
        and live.cds_activity_date >= submitted_scope.period_start
        and live.cds_activity_date <= submitted_scope.period_end
left join brought
    on
        brought.scope_number = submitted_scope.scope_number
        and brought.cds_unique_identifier = live.cds_unique_identifier
left join newer on live.cds_unique_identifier = newer.cds_unique_identifier
group by submitted_scope.scope_number, submitted_scope.period_start, submitted_scope.period_end
order by submitted_scope.scope_number;
