-- Every interchange landed, with the records its trailer declares and those the log holds.
--
-- Grain: one row per interchange.
-- Inputs: interchange, record.
create or replace temp table feed_interchange as
with logged as (
    select
        landing_number,
        count(*) as records,
    from record
    group by landing_number
)

select
    interchange.landing_number,
    interchange.sender,
    interchange.interchange_id,
    interchange.file_name,
    interchange.declared_records,
    coalesce(logged.records, 0) as records_in_the_log,
    interchange.records <> records_in_the_log
    or coalesce(interchange.declared_records <> records_in_the_log, false) as is_off,
from interchange
left join logged on interchange.landing_number = logged.landing_number;
