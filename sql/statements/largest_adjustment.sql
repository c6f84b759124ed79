-- The five largest adjustments of each practice, by the size of what was posted.
--
-- Grain: one row per posting.
-- Inputs: period_posting, pod.
--
-- Only what is as large as a practice's fifth largest is put in order.
with adjustment as (
    from period_posting
    where
        is_this_year
        and is_earlier_month
        and not is_excluded
),

least_shown as (
    select
        budget_holder,
        list_min(max(abs(amount), 5)) as size,
    from adjustment
    group by budget_holder
)

select
    adjustment.budget_holder as practice_code,
    adjustment.charge_reference,
    adjustment.kind,
    adjustment.reason,
    strftime(adjustment.activity_month, '%Y-%m') as activity_month,
    adjustment.pod,
    pod.name as pod_name,
    adjustment.amount,
from adjustment
inner join least_shown
    on
        adjustment.budget_holder = least_shown.budget_holder
        and abs(adjustment.amount) >= least_shown.size
inner join pod on adjustment.pod = pod.code
qualify
    row_number() over (
        partition by adjustment.budget_holder
        order by
            abs(adjustment.amount) desc,
            adjustment.spell_id asc,
            adjustment.kind asc
    ) <= 5
order by
    practice_code asc,
    abs(adjustment.amount) desc,
    adjustment.spell_id asc,
    adjustment.kind asc
