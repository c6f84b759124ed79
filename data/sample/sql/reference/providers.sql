-- Purpose: providers.csv: the hospitals' names.
-- Grain: one row per provider.
-- Inputs: provider.
select
    provider_code,
    name
from provider
order by provider_code;
