-- Purpose: how far the delivery of a revision has come.
-- Grain: one row for `approved` (statements), and one for each state of messages that has any.
-- Inputs: approval, message; :period, :revision.
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
    case when withdrawn is null then state else 'withdrawn' end as what,
    count(*) as number
from message
where period = :period and revision = :revision
group by case when withdrawn is null then state else 'withdrawn' end
order by what;
