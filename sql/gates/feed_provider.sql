-- The providers that are expected to send something for the month, and whether each did.
--
-- Grain: one row per provider expected.
-- Inputs: expected_provider, feed_record.
create or replace temp table feed_provider as
select
    provider_code,
    provider_code not in (
        select feed_record.provider_code
        from feed_record
        where feed_record.is_activity
    ) as is_silent,
from expected_provider;
