-- The bulk replacements that a file holds.
--
-- Grain: one row per scope.
-- Inputs: feed_scope.
create or replace temp table submitted_scope as
select distinct
    scope_number,
    sender,
    prime_recipient,
    bulk_group,
    covered_from as period_start,
    covered_to as period_end,
    effective_time,
from feed_scope
where scope_number is not null;
