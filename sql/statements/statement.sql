-- The statements that this close makes.
--
-- Grain: one row per practice that receives one.
-- Inputs: position, posting, reference.succession.
--
-- Every practice with a position. One that merged away gets a closing statement for the period in
-- which it did, and none after it. A revision makes statements only for the practices it touches.
delete from statement
where close_number = getvariable('close_number');

insert into statement
with merged as (
    select
        practice_code,
        min(date) as merged_on,
    from reference.succession
    group by practice_code
)

select
    getvariable('close_number') as close_number,
    position.practice_code,
    concat_ws(
        '/',
        getvariable('commissioner'),
        strftime(getvariable('period'), '%Y-%m'),
        position.practice_code,
        'r' || getvariable('revision')
    ) as statement_number,
    coalesce(merged.merged_on <= getvariable('period_end'), false) as closing,
from position
left join merged on position.practice_code = merged.practice_code
where
    position.close_number = getvariable('close_number')
    and position.pod = 'total'
    and position.practice_code <> 'RESIDENT'
    and coalesce(merged.merged_on >= getvariable('period'), true)
    and (
        getvariable('revision') = 1
        or position.practice_code in (
            select budget_holder
            from posting
            where close_number = getvariable('close_number')
        )
    );
