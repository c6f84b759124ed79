-- What became of each identifier's last good record, among those landed up to a high-water mark.
--
-- Grain: one row per CDS unique identifier that has a good record which is no deletion: that with
-- the greatest effective time, of equals the later landing.
--
-- Not here are the records whose fate needs no working out: quarantined ones (table quarantine),
-- deletions, and superseded ones, which are all the rest.
create or replace temp macro record_fate(high_water) as table
    with good as (
        select
            record.rowid as record_id,
            record.*,
            record.scope_number is null
            and record.cds_update_type in (
                select code
                from cds_update_type
                where "group" = 'deletion'
            ) as is_deletion,
        from record
        where
            record.landing_number <= high_water
            and record.rowid not in (
                select quarantine.record_id
                from quarantine
                where quarantine.landing_number <= high_water
            )
    ),

    last_good as (
        select
            arg_max(
                record_id,
                { 'effective_time': effective_time, 'landing_number': landing_number }
            ) filter (where not is_deletion) as record_id,
            max(
                { 'effective_time': effective_time, 'landing_number': landing_number }
            ) filter (where not is_deletion) as place,
            max(
                { 'effective_time': effective_time, 'landing_number': landing_number }
            ) filter (where is_deletion) as deletion_place,
            (min(prime_recipient) is distinct from max(prime_recipient)) as prime_recipient_changed,
        from good
        group by cds_unique_identifier
        having record_id is not null
    ),

    -- Bulk replacements that came after a record and cover it: did they bring its identifier
    -- again? Had one brought it in a good record, that would be the last good one; so if it did,
    -- the record it brought is in quarantine.
    covering as (
        select
            record.rowid as record_id,
            record.cds_unique_identifier,
            scope.scope_number,
        from record
        inner join cds_record_type on record.cds_record_type = cds_record_type.code
        inner join scope
            on
                record.sender = scope.sender
                and record.prime_recipient = scope.prime_recipient
                and cds_record_type.bulk_group = scope.bulk_group
                and record.cds_activity_date between scope.period_start and scope.period_end
                and (
                    record.effective_time < scope.effective_time
                    or (
                        record.effective_time = scope.effective_time
                        and record.landing_number < scope.landing_number
                    )
                )
        where
            record.landing_number <= high_water
            and scope.landing_number <= high_water
            and record.scope_number is distinct from scope.scope_number
            and record.rowid in (select last_good.record_id from last_good)
    ),

    brought_again as (
        select
            covering.record_id,
            bool_and(
                exists (
                    select 1
                    from record as again
                    where
                        again.scope_number = covering.scope_number
                        and again.cds_unique_identifier = covering.cds_unique_identifier
                )
            ) as in_quarantine,
        from covering
        group by covering.record_id
    )

    select
        last_good.record_id,
        case
            when last_good.deletion_place > last_good.place then 'deleted'
            when not brought_again.in_quarantine then 'replaced'
            else 'live'
        end as fate,
        coalesce(brought_again.in_quarantine, false) as correction_quarantined,
        last_good.prime_recipient_changed,
    from last_good
    left join brought_again on last_good.record_id = brought_again.record_id;
