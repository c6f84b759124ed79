-- The statements that this close makes.
--
-- Grain: one row per practice that receives one.
-- Inputs: position, posting, statement (as earlier closes left it), reference.succession.
--
-- Every practice with a position. One that merged away gets a closing statement for the period in
-- which it did, or, where that became known later, for the first that knows; and none after it. It
-- gets it even where nothing of the year is left to have a position. A revision makes statements
-- only for the practices it touches.
delete from statement
where close_number = getvariable('close_number');

insert into statement
with merged as (
    select
        practice_code,
        min(date) as merged_on,
    from reference.succession
    where date <= getvariable('period_end')
    group by practice_code
),

not_yet_told as (
    select practice_code
    from statement
    group by practice_code
    having not bool_or(closing)
),

receiver as (
    select practice_code
    from position
    where close_number = getvariable('close_number')
    union
    select merged.practice_code
    from merged
    inner join not_yet_told on merged.practice_code = not_yet_told.practice_code
)

select
    getvariable('close_number') as close_number,
    receiver.practice_code,
    concat_ws(
        '/',
        getvariable('commissioner'),
        strftime(getvariable('period'), '%Y-%m'),
        receiver.practice_code,
        'r' || getvariable('revision')
    ) as statement_number,
    merged.practice_code is not null as closing,
from receiver
left join merged on receiver.practice_code = merged.practice_code
where
    receiver.practice_code <> 'RESIDENT'
    and (
        coalesce(merged.merged_on >= getvariable('period'), true)
        or receiver.practice_code in (select practice_code from not_yet_told)
    )
    and (
        getvariable('revision') = 1
        or receiver.practice_code in (
            select budget_holder
            from posting
            where close_number = getvariable('close_number')
        )
    );
