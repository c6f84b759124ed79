-- Who a practice is with, by spans of days in which that does not change.
--
-- Grain: one row per practice and span, from its first membership to the end of its last.
-- Inputs: reference.membership.
--
-- Spans do not overlap, so that a practice's day finds its own by one join.
create or replace temp table membership_span as
with possible as (
    select *
    from reference.membership
    where coalesce(end_date >= start_date, true)
),

edge as (
    select
        practice_code,
        start_date as from_date,
    from possible
    union
    select
        practice_code,
        end_date + 1 as from_date,
    from possible
    where end_date is not null
),

span as (
    select
        practice_code,
        from_date,
        coalesce(
            lead(from_date) over (partition by practice_code order by from_date),
            date 'infinity'
        ) as until_date,
    from edge
)

select
    span.practice_code,
    span.from_date,
    span.until_date, -- the first day after it
    coalesce(bool_or(possible.commissioner_code = getvariable('commissioner')), false) as is_ours,
    min(possible.commissioner_code) filter (
        where possible.commissioner_code <> getvariable('commissioner')
    ) as other_commissioner,
    count(possible.practice_code) = 0 as is_gap,
from span
left join possible
    on
        span.practice_code = possible.practice_code
        and span.from_date >= possible.start_date
        and span.from_date <= coalesce(possible.end_date, date 'infinity')
group by span.practice_code, span.from_date, span.until_date
having not (is_gap and span.until_date = date 'infinity');
