-- At most how many records a bulk replacement being landed could take away: cheap to ask, and most
-- often few or none, so that what is live (removal.sql) need not be worked out.
--
-- Grain: one row per scope of the interchange.
-- Inputs: submitted_scope, record (with this interchange's).
select
    submitted_scope.scope_number,
    submitted_scope.period_start,
    submitted_scope.period_end,
    date_diff('day', submitted_scope.period_start, submitted_scope.period_end) + 1 as period_days,
    count(record.landing_number) as candidates,
from submitted_scope
left join record
    on
        record.landing_number < getvariable('landing_number')
        and record.sender = submitted_scope.sender
        and record.prime_recipient = submitted_scope.prime_recipient
        and record.cds_activity_date
        between submitted_scope.period_start and submitted_scope.period_end
group by submitted_scope.scope_number, submitted_scope.period_start, submitted_scope.period_end
order by submitted_scope.scope_number;
