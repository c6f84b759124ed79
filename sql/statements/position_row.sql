-- The position of this close with what the documents show beside the export's columns.
--
-- Grain: one row per practice and POD, in the order shown; total last.
-- Inputs: position, statement, pod, reference.practice, reference.budget_scope.
--
-- A practice whose closing statement finds nothing of it left has a position of noughts.
with shown_pod as (
    select code as pod
    from pod
    union all
    select 'total' as pod
),

shown as (
    select * exclude (close_number)
    from position
    where close_number = getvariable('close_number')
    union all by name
    select
        statement.practice_code,
        shown_pod.pod,
        0 as month_spells,
        0 as month_actual,
        0 as month_budget,
        0 as adjustments,
        0 as ytd_spells,
        0 as ytd_actual,
        0 as ytd_budget,
        0 as variance,
        0 as annual_budget,
        0 as prior_year_adjustments,
    from statement
    cross join shown_pod
    where
        statement.close_number = getvariable('close_number')
        and statement.practice_code not in (
            select practice_code
            from position
            where close_number = getvariable('close_number')
        )
)

select
    shown.*,
    coalesce(pod.name, 'Total') as pod_name,
    if(shown.pod = 'total', null, coalesce(budget_scope.treatment, 'held')) as treatment,
    if(
        shown.practice_code = 'RESIDENT',
        'Unregistered residents',
        coalesce(practice.name, shown.practice_code)
    ) as practice_name,
from shown
left join pod on shown.pod = pod.code
left join reference.practice on shown.practice_code = practice.practice_code
left join reference.budget_scope
    on
        budget_scope.financial_year = getvariable('financial_year')
        and shown.practice_code = budget_scope.practice_code
        and shown.pod = budget_scope.pod
order by shown.practice_code = 'RESIDENT', shown.practice_code, coalesce(pod.place, 99)
