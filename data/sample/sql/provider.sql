-- Purpose: the providers. A benchmark that wants more than the catalogue knows gets invented
--   ones.
-- Grain: one row per provider.
-- Inputs: providers.csv of the catalogue, the variable providers.
create or replace table provider as
select
    numbers.number::integer as provider,
    coalesce(known.provider_code, concat('Z', lpad(number::text, 3, '0'))) as provider_code,
    coalesce(known.name, concat('Hospital ', number)) as name,
    coalesce(known.protocol, '020') as protocol,
    coalesce(
        known.market_forces_index, (1.0000 + number % 200 * 0.001)::double
    ) as market_forces_index
from range(1, getvariable('providers') + 1) as numbers (number)
left join catalogue_providers as known on known.provider = number
order by number;
