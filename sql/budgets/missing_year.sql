-- Practices of which a year of the rule is missing: neither the ledger nor the history has it,
-- though the practice was open in it.
--
-- Grain: one row per practice and year.
-- Inputs: budget_practice, held_year, year_spend.
select
    budget_practice.practice_code,
    held_year.financial_year,
from budget_practice
cross join held_year
where
    not held_year.is_held
    -- Open before the year was over: its end is 31 March of the year's second half.
    and budget_practice.open_date
    < make_date(cast(left(held_year.financial_year, 4) as integer) + 1, 4, 1)
    and not exists (
        select 1
        from year_spend
        where
            year_spend.practice_code = budget_practice.practice_code
            and year_spend.financial_year = held_year.financial_year
    )
order by held_year.financial_year, budget_practice.practice_code
