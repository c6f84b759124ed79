-- The bulk replacements that the interchange being landed brings.
--
-- Grain: one row per scope.
-- Inputs: submitted_scope (the reader's).
insert into scope
select
    scope_number,
    getvariable('landing_number') as landing_number,
    sender,
    prime_recipient,
    bulk_group,
    period_start,
    period_end,
    effective_time,
from submitted_scope;
