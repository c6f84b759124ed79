-- The providers that are expected to send something for the month.
--
-- Grain: one row per provider.
-- Inputs: record. Variables: month, expected_providers (null: whoever sent at least
--         provider_minimum for the twelve months before), provider_minimum.
create or replace temp table expected_provider as
select unnest(getvariable('expected_providers')) as provider_code
union
select provider_code
from record
where
    getvariable('expected_providers') is null
    and cds_activity_date >= getvariable('month') - interval 12 month
    and cds_activity_date < getvariable('month')
    and regexp_full_match(provider_code, '[0-9A-Z]{3,6}')
group by provider_code
having count(*) >= getvariable('provider_minimum');
