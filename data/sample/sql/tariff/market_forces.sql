-- Purpose: market_forces.csv of an edition.
-- Grain: one row per provider.
-- Inputs: provider.
select
    provider_code,
    market_forces_index as index
from provider
order by provider_code;
