-- The five largest adjustments of each practice, by the size of what was posted.
--
-- Grain: one row per posting.
-- Inputs: period_posting, pod.
select
    period_posting.budget_holder as practice_code,
    period_posting.charge_reference,
    period_posting.kind,
    period_posting.reason,
    strftime(period_posting.activity_month, '%Y-%m') as activity_month,
    period_posting.pod,
    pod.name as pod_name,
    period_posting.amount,
from period_posting
inner join pod on period_posting.pod = pod.code
where
    period_posting.is_this_year
    and period_posting.is_earlier_month
    and period_posting.treatment <> 'excluded'
qualify
    row_number() over (
        partition by period_posting.budget_holder
        order by
            abs(period_posting.amount) desc,
            period_posting.spell_id asc,
            period_posting.kind asc
    ) <= 5
order by
    practice_code asc,
    abs(period_posting.amount) desc,
    period_posting.spell_id asc,
    period_posting.kind asc
