-- Each practice's position: budget, actual and variance, for the month and the year to date.
--
-- Grain: one row per practice and POD, and one per practice with POD total.
-- Inputs: ledger_entry, position_practice, held_budget, cumulative_share, pod,
--         reference.budget_scope, forecast.
--
-- RESIDENT has no budget. The total is of PODs held or blocked back. A forecast is what stands plus
-- what is expected to come.
delete from position
where close_number = getvariable('close_number');

insert into position by name
with actual as (
    select
        practice_code,
        pod,
        sum(spells) filter (where activity_month = getvariable('period')) as month_spells,
        sum(amount) filter (where activity_month = getvariable('period')) as month_actual,
        sum(amount) filter (
            where is_this_period and is_this_year and activity_month < getvariable('period')
        ) as adjustments,
        sum(spells) filter (where is_this_year) as ytd_spells,
        sum(amount) filter (where is_this_year) as ytd_actual,
        sum(amount) filter (where is_this_period and not is_this_year) as prior_year_adjustments,
    from ledger_entry
    group by practice_code, pod
),

budgeted as (
    select
        position_practice.practice_code,
        pod.code as pod,
        position_practice.practice_code <> 'RESIDENT' as has_budget,
        coalesce(budget_scope.treatment, 'held') as treatment,
        coalesce(held_budget.annual_amount, 0) as annual_budget,
        share_of_amount(
            coalesce(held_budget.annual_amount, 0), to_now.numerator, to_now.denominator
        ) as ytd_budget,
        coalesce(
            share_of_amount(
                coalesce(held_budget.annual_amount, 0), before.numerator, before.denominator
            ),
            0
        ) as budget_before,
    from position_practice
    cross join pod
    inner join cumulative_share as to_now
        on pod.code = to_now.pod and to_now.month = getvariable('period')
    left join cumulative_share as before
        on pod.code = before.pod and before.month = getvariable('period') - interval 1 month
    left join held_budget
        on
            position_practice.practice_code = held_budget.practice_code
            and pod.code = held_budget.pod
    left join reference.budget_scope
        on
            budget_scope.financial_year = getvariable('financial_year')
            and position_practice.practice_code = budget_scope.practice_code
            and pod.code = budget_scope.pod
),

by_pod as (
    select
        budgeted.practice_code,
        budgeted.pod,
        budgeted.treatment,
        coalesce(actual.month_spells, 0) as month_spells,
        coalesce(actual.month_actual, 0) as month_actual,
        if(budgeted.has_budget, budgeted.ytd_budget - budgeted.budget_before, null)
            as month_budget,
        coalesce(actual.adjustments, 0) as adjustments,
        coalesce(actual.ytd_spells, 0) as ytd_spells,
        coalesce(actual.ytd_actual, 0) as ytd_actual,
        if(budgeted.has_budget, budgeted.ytd_budget, null) as ytd_budget,
        if(budgeted.has_budget, budgeted.annual_budget, null) as annual_budget,
        coalesce(actual.prior_year_adjustments, 0) as prior_year_adjustments,
    from budgeted
    left join actual
        on budgeted.practice_code = actual.practice_code and budgeted.pod = actual.pod
),

with_total as (
    select * exclude (treatment)
    from by_pod
    union all by name
    select
        practice_code,
        'total' as pod,
        coalesce(sum(month_spells) filter (where treatment <> 'excluded'), 0) as month_spells,
        coalesce(sum(month_actual) filter (where treatment <> 'excluded'), 0) as month_actual,
        if(
            practice_code = 'RESIDENT',
            null,
            coalesce(sum(month_budget) filter (where treatment <> 'excluded'), 0)
        ) as month_budget,
        coalesce(sum(adjustments) filter (where treatment <> 'excluded'), 0) as adjustments,
        coalesce(sum(ytd_spells) filter (where treatment <> 'excluded'), 0) as ytd_spells,
        coalesce(sum(ytd_actual) filter (where treatment <> 'excluded'), 0) as ytd_actual,
        if(
            practice_code = 'RESIDENT',
            null,
            coalesce(sum(ytd_budget) filter (where treatment <> 'excluded'), 0)
        ) as ytd_budget,
        if(
            practice_code = 'RESIDENT',
            null,
            coalesce(sum(annual_budget) filter (where treatment <> 'excluded'), 0)
        ) as annual_budget,
        coalesce(sum(prior_year_adjustments) filter (where treatment <> 'excluded'), 0)
            as prior_year_adjustments,
    from by_pod
    group by practice_code
)

select
    getvariable('close_number') as close_number,
    with_total.practice_code,
    with_total.pod,
    month_spells,
    month_actual,
    month_budget,
    adjustments,
    ytd_spells,
    ytd_actual,
    ytd_budget,
    ytd_actual - ytd_budget as variance,
    percent_of(ytd_actual - ytd_budget, ytd_budget) as variance_percent,
    annual_budget,
    ytd_actual + forecast.to_come as forecast,
    ytd_actual + forecast.to_come_low as forecast_low,
    ytd_actual + forecast.to_come_high as forecast_high,
    prior_year_adjustments,
from with_total
left join forecast
    on
        with_total.practice_code = forecast.practice_code
        and with_total.pod = forecast.pod;
