-- The records of the interchange being landed that take no part until a good version arrives.
--
-- Grain: one row per quarantined record, with the rules it breaks and the fields at fault.
-- Inputs: record (this interchange's, in the transaction that appended them).
--
-- E05: the identifier occurs again further down with the same effective time; the last one stands,
-- whatever its own faults.
insert into quarantine
with base as (
    -- Until they are committed, rowid counts from a base of DuckDB's own.
    select getvariable('first_record') - min(rowid) as to_record_id,
    from record
    where landing_number = getvariable('landing_number')
),

-- Millions of identifiers are told apart by a number; by themselves only where that repeats.
repeated_hash as (
    select hash(cds_unique_identifier, effective_time) as hashed
    from record
    where landing_number = getvariable('landing_number')
    group by hashed
    having count(*) > 1
),

repeated as (
    select
        cds_unique_identifier,
        effective_time,
        max(rowid) as last_row,
    from record
    where
        landing_number = getvariable('landing_number')
        and cds_unique_identifier is not null
        and effective_time is not null
        and hash(cds_unique_identifier, effective_time) in (select hashed from repeated_hash)
    group by cds_unique_identifier, effective_time
    having count(*) > 1
),

spoilt_by_repetition as (
    select record.rowid as row_id,
    from record
    inner join repeated using (cds_unique_identifier, effective_time)
    where
        record.landing_number = getvariable('landing_number')
        and record.rowid < repeated.last_row
),

spoilt as (
    select
        rowid as row_id,
        faults,
    from record
    where landing_number = getvariable('landing_number') and faults is not null
    union all
    select
        row_id,
        'E05:cds_unique_identifier' as faults,
    from spoilt_by_repetition
),

faulty as (
    select
        row_id,
        list_sort(list_distinct(string_split(string_agg(faults, ';'), ';'))) as faults,
    from spoilt
    group by row_id
)

select
    faulty.row_id + base.to_record_id as record_id,
    getvariable('landing_number') as landing_number,
    array_to_string(faulty.faults, ';') as faults,
    array_to_string(
        list_sort(list_distinct(list_transform(faulty.faults, lambda fault: fault[1:3]))), ';'
    ) as rules,
    array_to_string(
        list_sort(list_distinct(list_transform(faulty.faults, lambda fault: fault[5:]))), ';'
    ) as fields,
from faulty
cross join base;
