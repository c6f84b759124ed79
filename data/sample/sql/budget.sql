-- Purpose: the budgets and the three earlier years behind them, so that budgets.csv is what the
--   rule in budgets/2004-05.toml makes of history.csv: the dearest year of three, uplifted, less
--   contingency. A practice's year then lies within some six per cent of its budget either way.
-- Grain: one row per practice and POD.
-- Inputs: worth, practice; the variables uplift and uplift_non_elective (decimal fractions),
--   contingency.
create or replace table budget as
with wanted as (
    select
        worth.practice,
        worth.pod,
        worth.price_of_a_spell,
        worth.annual_amount * (940 + pick('luck', worth.practice, 105)) / 1000 as amount,
        if(worth.pod = 'non_elective', getvariable('uplift_non_elective'), getvariable('uplift'))
        ::decimal(6, 4) as uplift_rate
    from worth
),

based as (
    select
        *,
        round(
            amount / ((1 + uplift_rate) * (1 - getvariable('contingency')))
        )::decimal(18, 2) as base_amount
    from wanted
),

uplifted as (
    select
        *,
        round(base_amount * uplift_rate, 2)::decimal(18, 2) as uplift
    from based
)

select
    practice,
    pod,
    price_of_a_spell,
    base_amount,
    uplift,
    -round((base_amount + uplift) * getvariable('contingency')::decimal(6, 4), 2)::decimal(18, 2)
        as contingency,
    (
        base_amount + uplift
        - round((base_amount + uplift) * getvariable('contingency')::decimal(6, 4), 2)
    )::decimal(18, 2) as annual_amount
from uplifted;
