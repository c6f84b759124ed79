-- What is forecast: each practice's points of delivery, with what is known of its size.
--
-- Grain: one row per practice and POD; every practice with a position but RESIDENT.
-- Inputs: position_practice, held_budget, pod, reference.budget_scope, reference.practice,
--         reference.membership, reference.succession.
--
-- `last_month` counts from April of the year (0); it is the last month in which the practice can
-- have activity. One that a succession takes over keeps on: its patients stay with the successor.
-- `list_size` is given only where the practice is still this commissioner's, in its own right.
with membership as (
    select
        practice_code,
        max(coalesce(end_date, date '9999-12-31')) as last_day,
    from reference.membership
    where commissioner_code = getvariable('commissioner')
    group by practice_code
),

standing as (
    select
        position_practice.practice_code,
        succession.date as succeeded_on,
        least(reference_practice.close_date, membership.last_day) as last_day,
        coalesce(reference_practice.weighted_list_size, reference_practice.list_size)
            as list_size,
    from position_practice
    left join reference.practice as reference_practice
        on position_practice.practice_code = reference_practice.practice_code
    left join membership on position_practice.practice_code = membership.practice_code
    left join reference.succession on position_practice.practice_code = succession.practice_code
    where position_practice.practice_code <> 'RESIDENT'
)

select
    standing.practice_code,
    pod.code as pod,
    cast(coalesce(held_budget.annual_amount, 0) * 100 as bigint) as budget,
    coalesce(budget_scope.treatment, 'held') <> 'excluded' as counted,
    if(
        coalesce(standing.succeeded_on <= getvariable('period_end'), false)
        or coalesce(standing.last_day < getvariable('period_end'), false),
        null,
        cast(standing.list_size as double)
    ) as list_size,
    if(
        standing.succeeded_on is null and standing.last_day < date '9999-12-31',
        date_diff('month', getvariable('year_start'), standing.last_day),
        null
    ) as last_month,
from standing
cross join pod
left join held_budget
    on standing.practice_code = held_budget.practice_code and pod.code = held_budget.pod
left join reference.budget_scope
    on
        budget_scope.financial_year = getvariable('financial_year')
        and standing.practice_code = budget_scope.practice_code
        and pod.code = budget_scope.pod
order by standing.practice_code, pod.code
