-- Budget and cost of each month of the financial year, as they now stand, for PODs that count; and
-- what is to come, and how much chance explains, by its end.
--
-- Grain: one row per practice with a statement and month, April to March.
-- Inputs: statement, held_budget, cumulative_share, standing_charge, pod, reference.budget_scope,
--         forecast_month.
with budget_to_date as (
    select
        statement.practice_code,
        cumulative_share.month,
        sum(
            share_of_amount(
                coalesce(held_budget.annual_amount, 0),
                cumulative_share.numerator,
                cumulative_share.denominator
            )
        ) as cumulative_budget,
    from statement
    cross join cumulative_share
    left join held_budget
        on
            statement.practice_code = held_budget.practice_code
            and cumulative_share.pod = held_budget.pod
    left join reference.budget_scope
        on
            budget_scope.financial_year = getvariable('financial_year')
            and statement.practice_code = budget_scope.practice_code
            and cumulative_share.pod = budget_scope.pod
    where
        statement.close_number = getvariable('close_number')
        and coalesce(budget_scope.treatment, 'held') <> 'excluded'
    group by all
),

spent as (
    select
        budget_holder as practice_code,
        activity_month as month,
        count(*) as spells,
        sum(amount) as actual,
    from standing_charge
    where is_this_year and not is_excluded
    group by all
)

select
    budget_to_date.practice_code,
    budget_to_date.month,
    budget_to_date.cumulative_budget - coalesce(
        lag(budget_to_date.cumulative_budget)
            over (partition by budget_to_date.practice_code order by budget_to_date.month),
        0
    ) as budget,
    budget_to_date.cumulative_budget,
    coalesce(spent.spells, 0) as spells,
    coalesce(spent.actual, 0) as actual,
    cast(
        sum(coalesce(spent.actual, 0))
            over (partition by budget_to_date.practice_code order by budget_to_date.month)
        as decimal(18, 2)
    ) as cumulative_actual,
    forecast_month.to_come,
    forecast_month.to_come_low,
    forecast_month.to_come_high,
    forecast_month.chance,
    forecast_month.late,
    forecast_month.season,
from budget_to_date
left join spent
    on
        budget_to_date.practice_code = spent.practice_code
        and budget_to_date.month = spent.month
left join forecast_month
    on
        budget_to_date.practice_code = forecast_month.practice_code
        and budget_to_date.month = forecast_month.month
order by budget_to_date.practice_code, budget_to_date.month;
