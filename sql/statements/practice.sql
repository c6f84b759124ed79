-- Who receives a statement, and what it says of them.
--
-- Grain: one row per statement of this close.
-- Inputs: statement, close, practice_status, reference.practice, reference.succession.
with previous as (
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
    coalesce(practice_status.status, 'information') as participation,
    previous.statement_number as previous_number,
    if(statement.closing, succession.successor_code, null) as successor_code,
    successor.name as successor_name,
    succession.date as merged_on,
from statement
left join reference.practice on statement.practice_code = practice.practice_code
left join practice_status on statement.practice_code = practice_status.practice_code
left join previous on statement.practice_code = previous.practice_code
left join reference.succession on statement.practice_code = succession.practice_code
left join reference.practice as successor on succession.successor_code = successor.practice_code
where statement.close_number = getvariable('close_number')
order by statement.practice_code
