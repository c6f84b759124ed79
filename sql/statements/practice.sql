-- Who receives a statement, and what it says of them.
--
-- Grain: one row per statement of this close.
-- Inputs: statement, close, reference.practice, reference.participation, reference.succession.
with participation as (
    select
        practice_code,
        arg_max(status, coalesce(from_date, date '0001-01-01')) as status,
    from reference.participation
    where coalesce(from_date <= getvariable('period_end'), true)
    group by practice_code
),

previous as (
    select
        statement.practice_code,
        arg_max(statement.statement_number, statement.close_number) as statement_number,
    from statement
    inner join close on statement.close_number = close.close_number
    where close.period = getvariable('period') - interval 1 month
    group by statement.practice_code
)

select
    statement.practice_code,
    statement.statement_number,
    statement.closing,
    coalesce(practice.name, statement.practice_code) as name,
    practice.address,
    practice.postcode,
    practice.list_size,
    practice.weighted_list_size,
    practice.close_date,
    coalesce(participation.status, 'budget_holder') as participation,
    previous.statement_number as previous_number,
    if(statement.closing, succession.successor_code, null) as successor_code,
    successor.name as successor_name,
    succession.date as merged_on,
from statement
left join reference.practice on statement.practice_code = practice.practice_code
left join participation on statement.practice_code = participation.practice_code
left join previous on statement.practice_code = previous.practice_code
left join reference.succession on statement.practice_code = succession.practice_code
left join reference.practice as successor on succession.successor_code = successor.practice_code
where statement.close_number = getvariable('close_number')
order by statement.practice_code
