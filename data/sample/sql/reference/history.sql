-- Purpose: history.csv: spells and spending of three earlier years. Three practices in four had
--   their dearest year in 2003/04, the others in 2002/03.
-- Grain: one row per practice, financial year and POD.
-- Inputs: budget, practice.
with years as (
    select
        budget.practice,
        budget.pod,
        budget.price_of_a_spell,
        budget.base_amount,
        years.years_ago,
        if(budget.practice % 4 = 2, 2, 1) as dearest
    from budget
    cross join (values (1), (2), (3)) as years (years_ago)
),

valued as (
    select
        *,
        case
            when years_ago = dearest then base_amount
            else round(
                base_amount
                * (985 - 35 * abs(years_ago - dearest) - pick('year', practice, 20))
                / 1000
            )::decimal(18, 2)
        end as amount
    from years
)

select
    practice_code(practice) as practice_code,
    concat(2004 - years_ago, '/', lpad(((2005 - years_ago) % 100)::text, 2, '0')) as financial_year,
    pod,
    round(amount / (price_of_a_spell * (1 - 0.04 * years_ago)))::bigint as spells,
    amount
from valued
order by practice_code, financial_year, pod;
