-- Purpose: how far the delivery of a revision has come.
-- Grain: one row each for `approved` and `marked` (statements) and for each state of messages; none
-- where there are none.
-- Inputs: approval, marked_issued, message; :period, :revision.
with latest as (
    select
        statement_number,
        max(approval_id) as approval_id
    from approval
    where period = :period and revision = :revision
    group by statement_number
)

select
    'approved' as what,
    count(*) as number
from latest
inner join approval using (approval_id)
where approval.decision = 'approved'
having count(*) > 0
union all
select
    'marked' as what,
    count(*) as number
from marked_issued
where period = :period and revision = :revision
having count(*) > 0
union all
select
    case when withdrawn is null then state else 'withdrawn' end as what,
    count(*) as number
from message
where period = :period and revision = :revision
group by case when withdrawn is null then state else 'withdrawn' end
order by what;
