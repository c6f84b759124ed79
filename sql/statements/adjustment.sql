-- What the period posted to earlier months of the financial year, by reason.
--
-- Grain: one row per practice, reason, direction and, for a succession, other practice.
-- Inputs: period_posting, reference.practice.
select
    period_posting.budget_holder as practice_code,
    period_posting.reason,
    period_posting.direction,
    period_posting.by_succession,
    if(period_posting.by_succession, period_posting.other_holder, null) as other_practice,
    any_value(other_practice.name) as other_practice_name,
    count(distinct period_posting.spell_id) as spells,
    count(*) filter (where period_posting.kind = 'charge') as charges,
    count(*) filter (where period_posting.kind = 'credit') as credits,
    sum(period_posting.amount) as amount,
from period_posting
left join reference.practice as other_practice
    on period_posting.other_holder = other_practice.practice_code
where
    period_posting.is_this_year
    and period_posting.is_earlier_month
    and period_posting.treatment <> 'excluded'
group by
    period_posting.budget_holder,
    period_posting.reason,
    period_posting.direction,
    period_posting.by_succession,
    if(period_posting.by_succession, period_posting.other_holder, null)
order by
    practice_code,
    list_position(
        ['late', 'amended', 'repriced', 'moved', 'restored', 'withdrawn'], period_posting.reason
    ),
    period_posting.direction,
    period_posting.by_succession,
    other_practice
