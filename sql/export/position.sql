-- Export `position`: budget, actual and variance of each practice at a period's close.
--
-- Grain: one row per practice and POD; the total last.
-- Inputs: position.
select
    strftime(getvariable('period'), '%Y-%m') as period,
    practice_code,
    pod,
    month_spells,
    month_actual,
    month_budget,
    adjustments,
    ytd_spells,
    ytd_actual,
    ytd_budget,
    variance,
    variance_percent,
    annual_budget,
    forecast,
    forecast_low,
    forecast_high,
    prior_year_adjustments,
from position
where close_number = getvariable('close_number')
order by practice_code, pod = 'total', pod
