-- Purpose: a benchmark's one interchange: a bulk replacement of the whole time.
-- Grain: one row.
-- Inputs: provider; the variables first_day, last_day.
create or replace table interchange as
select
    1 as interchange_no,
    0 as k,
    0 as covered_k,
    provider,
    provider_code,
    provider_code as sender,
    '5XA' as prime_recipient,
    '020' as protocol,
    '010' as bulk_group,
    1 as part,
    getvariable('first_day') as period_start,
    getvariable('last_day') as period_end,
    getvariable('last_day') + interval 5 day as made_at,
    getvariable('last_day') + interval 5 day as extract_at,
    concat(provider_code, '0000001') as interchange_id,
    'benchmark' as file_name,
    'benchmark' as submission_name
from provider
where provider = 1;
