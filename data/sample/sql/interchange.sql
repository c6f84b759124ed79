-- Purpose: what the hospitals send, and when. Under bulk replacement the month's four groups go
--   out on the fifth of the next month, with the month before once more, and every second month
--   the one before that; under net change a file goes out on the 17th and on the fourth of the
--   next month. Each scope has an extract time of its own. Arrival follows extract time.
-- Grain: one row per interchange.
-- Inputs: month, provider.
create or replace table interchange as
with bulk as (
    select
        month.k,
        covered.k as covered_k,
        groups.bulk_group,
        covered.first_day as period_start,
        covered.last_day as period_end,
        null as part,
        provider.provider,
        month.last_day + 5 + interval 6 hour + interval 30 minute as made_at
    from month
    cross join (values ('010'), ('020'), ('030'), ('040')) as groups (bulk_group)
    inner join month as covered
        on
            covered.k = month.k
            or (groups.bulk_group = '010' and covered.k = month.k - 1)
            or (groups.bulk_group = '010' and covered.k = month.k - 2 and month.k % 2 = 0)
    cross join provider
    where provider.protocol = '020'
),

net as (
    select
        month.k,
        null::integer as covered_k,
        null as bulk_group,
        null::date as period_start,
        null::date as period_end,
        parts.part,
        provider.provider,
        if(
            parts.part = 1,
            month.first_day + 16 + interval 5 hour + interval 15 minute,
            month.last_day + 4 + interval 5 hour + interval 45 minute
        ) as made_at
    from month
    cross join (values (1), (2)) as parts (part)
    cross join provider
    where provider.protocol = '010'
),

sent as (
    from bulk
    union all by name
    from net
),

numbered as (
    select
        *,
        row_number() over (
            partition by k
            order by made_at, provider, covered_k, bulk_group
        ) as place_in_month,
        row_number() over (
            partition by k, provider
            order by made_at, covered_k, bulk_group
        ) as place_in_file
    from sent
)

select
    (row_number() over (order by numbered.k, numbered.place_in_month))::integer as interchange_no,
    numbered.k,
    numbered.covered_k,
    numbered.provider,
    provider.provider_code,
    -- The first hospital writes its code with a site suffix from the fourth month on, the second
    -- always does as a sender.
    if(
        (numbered.provider = 1 and numbered.k >= 3) or numbered.provider = 2,
        concat(provider.provider_code, '00'),
        provider.provider_code
    ) as sender,
    if(numbered.provider = 2, '5XA00', '5XA') as prime_recipient,
    provider.protocol,
    numbered.bulk_group,
    numbered.part,
    numbered.period_start,
    numbered.period_end,
    numbered.made_at,
    -- Ten seconds apart, so that no two scopes of one hospital have the same effective time.
    numbered.made_at + to_seconds(10 * numbered.place_in_file) as extract_at,
    concat(
        provider.provider_code,
        strftime(month.first_day, '%y%m'),
        lpad(numbered.place_in_month::text, 3, '0')
    ) as interchange_id,
    concat(
        month.label, '_', lpad(numbered.place_in_month::text, 2, '0'), '_',
        provider.provider_code,
        if(
            numbered.bulk_group is null,
            '_net',
            concat('_bulk_', numbered.bulk_group, '_', covered.label)
        )
    ) as file_name,
    concat(
        month.label, '_', lpad(numbered.place_in_month::text, 2, '0'), '_',
        provider.provider_code,
        if(numbered.bulk_group is null, '_net', '_bulk')
    ) as submission_name
from numbered
inner join month on numbered.k = month.k
inner join provider on numbered.provider = provider.provider
left join month as covered on numbered.covered_k = covered.k
order by interchange_no;
