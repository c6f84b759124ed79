-- What became of each identifier's last good record, among those landed up to a high-water mark.
--
-- Grain: one row per CDS unique identifier that has a good record which is no deletion: that with
-- the greatest effective time, of equals the later landing.
--
-- Of one interchange at most one good record of an identifier has any effective time (rule E05), so
-- that the later landing is the greater record_id.
--
-- Not here are the records whose fate needs no working out: quarantined ones (table quarantine),
-- deletions, and superseded ones, which are all the rest.
--
-- The order that decides, time before place in the log, is one number: what an aggregate keeps of
-- it for each of millions of identifiers is small. (A record_id stays below 2 to the power of 56.)
create or replace temp macro place_in_time(effective_time, record_id) as
cast(epoch_us(effective_time) as hugeint) * 72057594037927936 + record_id;
create or replace temp macro record_at(place) as cast(place & 72057594037927935 as bigint);

create or replace temp macro record_fate(high_water) as table
    with good as (
        select
            record.cds_unique_identifier,
            record.prime_recipient,
            place_in_time(record.effective_time, record.rowid) as place,
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

    by_identifier as (
        select
            max(place) filter (where not is_deletion) as place,
            max(place) filter (where is_deletion) as deletion_place,
            (min(prime_recipient) is distinct from max(prime_recipient)) as prime_recipient_changed,
        from good
        group by cds_unique_identifier
        having place is not null
    ),

    last_good as (
        select
            record_at(place) as record_id,
            coalesce(deletion_place > place, false) as is_deleted,
            prime_recipient_changed,
        from by_identifier
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
            when last_good.is_deleted then cast('deleted' as record_fate)
            when not brought_again.in_quarantine then cast('replaced' as record_fate)
            else cast('live' as record_fate)
        end as fate,
        coalesce(brought_again.in_quarantine, false) as correction_quarantined,
        last_good.prime_recipient_changed,
    from last_good
    left join brought_again on last_good.record_id = brought_again.record_id;
