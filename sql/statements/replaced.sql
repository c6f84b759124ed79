-- What a revised statement replaces: the last one issued of the same month, what that one said was
-- spent, and what the revision posted since.
--
-- Grain: one row per statement of this close whose practice had one of the same month before.
-- Inputs: statement, close, position, posting.
with earlier as (
    select
        statement.practice_code,
        max_by(statement.statement_number, statement.close_number) as statement_number,
        max(statement.close_number) as close_number,
    from statement
    inner join close on statement.close_number = close.close_number
    where
        close.period = getvariable('period')
        and close.close_number < getvariable('close_number')
    group by statement.practice_code
),

posted as (
    select
        budget_holder as practice_code,
        count(*) filter (where kind = 'charge') as charges,
        count(*) filter (where kind = 'credit') as credits,
        sum(amount) as amount,
    from posting
    where close_number = getvariable('close_number')
    group by budget_holder
)

select
    earlier.practice_code,
    earlier.statement_number,
    position.ytd_actual as spent_to_date,
    coalesce(posted.charges, 0) as charges,
    coalesce(posted.credits, 0) as credits,
    coalesce(posted.amount, 0) as amount,
from earlier
inner join position
    on
        earlier.close_number = position.close_number
        and earlier.practice_code = position.practice_code
        and position.pod = 'total'
left join posted on earlier.practice_code = posted.practice_code
order by earlier.practice_code
