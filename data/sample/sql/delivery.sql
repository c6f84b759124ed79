-- Purpose: which file an interchange goes into. In the clearing-service form each has a file of
--   its own; in the other two forms what a hospital sends at one time is one file of several
--   scopes, and a scope without records cannot be said. identifier is how the file's records are
--   known once landed; cds62 has none until its content is (SHA-256).
-- Grain: one row per interchange that is written.
-- Inputs: interchange, sent; the variable feed_format.
create or replace table delivery as
with submissions as (
    select
        *,
        first_value(interchange_id) over at_one_time as first_identifier,
        first_value(submission_name) over at_one_time as first_name,
        dense_rank() over (order by k, made_at, provider) as submission_no
    from interchange
    where
        getvariable('feed_format') = 'nwcs'
        or interchange_no in (select sent.interchange_no from sent)
    window at_one_time as (partition by k, made_at, provider order by interchange_no)
)

select
    interchange_no,
    case
        when getvariable('feed_format') = 'nwcs' then interchange_no
        else submission_no
    end::integer as delivery_no,
    case
        when getvariable('feed_format') = 'nwcs' then file_name
        else first_name
    end as file_name,
    case
        when getvariable('feed_format') = 'nwcs' then interchange_id
        when getvariable('feed_format') = 'sus' then first_identifier
    end as identifier
from submissions
order by interchange_no;
