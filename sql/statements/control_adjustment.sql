-- What the period posted to earlier months, by practice and reason.
--
-- Grain: one row per practice, financial year before or this one, and reason.
-- Inputs: period_posting, reference.practice.
select
    period_posting.budget_holder as practice_code,
    coalesce(
        any_value(practice.name),
        if(period_posting.budget_holder = 'RESIDENT', 'Unregistered residents', null),
        period_posting.budget_holder
    ) as practice_name,
    period_posting.reason,
    not period_posting.is_this_year as prior_year,
    spells_posted(period_posting.spell_id, period_posting.reason) as spells,
    count(*) filter (where period_posting.kind = 'charge') as charges,
    count(*) filter (where period_posting.kind = 'credit') as credits,
    sum(period_posting.amount) as amount,
from period_posting
left join reference.practice on period_posting.budget_holder = practice.practice_code
where period_posting.is_earlier_month
group by period_posting.budget_holder, period_posting.reason, period_posting.is_this_year
order by practice_code, prior_year, period_posting.reason
