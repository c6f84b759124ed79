-- What the records of a file say of how they were sent, where each record says it for itself.
--
-- Grain: one row per way of saying it, as text; scope_number is null under net change.
-- Inputs: feed_header (the reader's: one row per record), the variables first_scope and
--         narrow_scopes.
--
-- A scope is sender, prime recipient, bulk group and report period. An interchange has one extract
-- date-time: where its records say several, the latest that any of its sender's says. Otherwise a
-- file could replace its own records.
create or replace temp table feed_scope as
with said as (
    select
        sender as sender_text,
        prime_recipient as prime_recipient_text,
        protocol,
        case when protocol = '020' then bulk_group end as bulk_group,
        case when protocol = '020' then period_start end as period_start_text,
        case when protocol = '020' then period_end end as period_end_text,
        case when protocol = '020' then extract_datetime end as extract_text,
        min(file_line) as first_line,
        min(iso_date(cds_activity_date)) as first_activity,
        max(iso_date(cds_activity_date)) as last_activity,
    from feed_header
    group by all
),

typed as (
    select
        *,
        organisation_code(sender_text) as sender,
        organisation_code(prime_recipient_text) as prime_recipient,
        iso_date(period_start_text) as period_start,
        iso_date(period_end_text) as period_end,
        iso_datetime(extract_text) as effective_time,
    from said
),

checked as (
    select
        *,
        case
            when sender is null then 'sender'
            when protocol is null or protocol not in ('010', '020') then 'protocol'
            when protocol = '020' and prime_recipient is null then 'prime_recipient'
            when
                protocol = '020'
                and coalesce(
                    not list_contains(map_values(getvariable('bulk_groups')), bulk_group),
                    true
                )
                then 'bulk_group'
            when protocol = '020' and effective_time is null then 'extract_datetime'
            when
                protocol = '020' and (period_start_text is null or period_end_text is null)
                then 'period missing'
            when protocol = '020' and (period_start is null or period_end is null) then 'period'
            when period_start > period_end then 'period backwards'
        end as fault,
    from typed
),

numbered as (
    select
        sender,
        prime_recipient,
        bulk_group,
        period_start,
        period_end,
        getvariable('first_scope') - 1 + row_number() over (order by min(first_line))
            as scope_number,
        max(max(effective_time)) over (partition by sender) as effective_time,
        min(first_activity) as first_activity,
        max(last_activity) as last_activity,
    from checked
    where protocol = '020' and fault is null
    group by sender, prime_recipient, bulk_group, period_start, period_end
)

select
    checked.* exclude (effective_time, first_activity, last_activity),
    numbered.effective_time,
    cast(numbered.scope_number as integer) as scope_number,
    -- Where the rows' periods are not what the file covers: from their first activity to their
    -- last. Without any there is nothing that the scope covers.
    case
        when not getvariable('narrow_scopes') then numbered.period_start
        when numbered.first_activity > numbered.period_end then numbered.period_start
        else
            coalesce(
                greatest(numbered.period_start, numbered.first_activity),
                numbered.period_start
            )
    end as covered_from,
    case
        when not getvariable('narrow_scopes') then numbered.period_end
        when
            numbered.first_activity is null
            or numbered.first_activity > numbered.period_end
            or numbered.last_activity < numbered.period_start
            then numbered.period_start - 1
        else least(numbered.period_end, numbered.last_activity)
    end as covered_to,
from checked
left join numbered
    on
        checked.sender = numbered.sender
        and checked.prime_recipient = numbered.prime_recipient
        and checked.bulk_group = numbered.bulk_group
        and checked.period_start = numbered.period_start
        and checked.period_end = numbered.period_end;
