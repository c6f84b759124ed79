-- What last month's close said was spent to date: where this month's statement begins.
--
-- Grain: one row per practice. None in April, when a new year begins at nothing.
-- Inputs: position, close.
select
    position.practice_code,
    position.ytd_actual,
from position
where
    position.pod = 'total'
    and position.close_number = (
        select max(close_number)
        from close
        where
            period = getvariable('period') - interval 1 month
            and period >= getvariable('year_start')
    )
order by position.practice_code
