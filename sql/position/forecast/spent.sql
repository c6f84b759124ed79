-- What stands posted for each month of activity: this financial year's, and of the twelve months
-- to the period those that the ledger saw from their first day.
--
-- Grain: one row per practice, POD and month with a posting; RESIDENT is none. Pennies.
-- Inputs: posting, close.
--
-- `month` counts from April of the year (0); earlier months are below 0.
select
    budget_holder as practice_code,
    pod,
    date_diff('month', getvariable('year_start'), activity_month) as month,
    cast(sum(amount) * 100 as bigint) as pennies,
from posting
where
    close_number <= getvariable('close_number')
    and budget_holder <> 'RESIDENT'
    and activity_month <= getvariable('period')
    and (
        activity_month >= getvariable('year_start')
        or (
            activity_month > getvariable('period') - interval 1 year
            and activity_month >= (
                select min(period)
                from close
            )
        )
    )
group by all
order by all
