-- The position of this close with what the documents show beside the export's columns.
--
-- Grain: one row per practice and POD, in the order shown; total last.
-- Inputs: position, pod, reference.practice, reference.budget_scope.
select
    position.* exclude (close_number),
    coalesce(pod.name, 'Total') as pod_name,
    if(position.pod = 'total', null, coalesce(budget_scope.treatment, 'held')) as treatment,
    if(
        position.practice_code = 'RESIDENT',
        'Unregistered residents',
        coalesce(practice.name, position.practice_code)
    ) as practice_name,
from position
left join pod on position.pod = pod.code
left join reference.practice on position.practice_code = practice.practice_code
left join reference.budget_scope
    on
        budget_scope.financial_year = getvariable('financial_year')
        and position.practice_code = budget_scope.practice_code
        and position.pod = budget_scope.pod
where position.close_number = getvariable('close_number')
order by position.practice_code = 'RESIDENT', position.practice_code, coalesce(pod.place, 99)
