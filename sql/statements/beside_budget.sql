-- What the period posted beside the budget: to earlier financial years, and in excluded PODs.
--
-- Grain: one row per practice with any posting of the period.
-- Inputs: period_posting.
select
    budget_holder as practice_code,
    count(distinct spell_id) filter (where not is_this_year and not is_excluded)
        as prior_year_spells,
    coalesce(sum(amount) filter (where not is_this_year and not is_excluded), 0)
        as prior_year_amount,
    count(*) filter (where is_excluded) as excluded_postings,
    coalesce(sum(amount) filter (where is_excluded), 0) as excluded_amount,
from period_posting
group by budget_holder
order by budget_holder
