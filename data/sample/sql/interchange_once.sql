-- Purpose: a benchmark's interchanges: bulk replacements that together are of the whole time, each
--   of so many months.
-- Grain: one row per interchange.
-- Inputs: provider, month; the variable months_a_file.
create or replace table interchange as
with parts as (
    select
        (k // getvariable('months_a_file') + 1)::integer as interchange_no,
        min(first_day) as period_start,
        max(last_day) as period_end
    from month
    group by all
),

named as (
    select
        *,
        if(
            count(*) over () = 1,
            'benchmark',
            concat('benchmark_', lpad(interchange_no::text, 2, '0'))
        )
            as file_name
    from parts
)

select
    named.interchange_no,
    0 as k,
    0 as covered_k,
    provider.provider,
    provider.provider_code,
    provider.provider_code as sender,
    '5XA' as prime_recipient,
    '020' as protocol,
    '010' as bulk_group,
    1 as part,
    named.period_start,
    named.period_end,
    named.period_end + interval 5 day as made_at,
    named.period_end + interval 5 day as extract_at,
    concat(provider.provider_code, lpad(named.interchange_no::text, 7, '0')) as interchange_id,
    named.file_name,
    named.file_name as submission_name
from named
cross join provider
where provider.provider = 1;
