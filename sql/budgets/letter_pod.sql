-- The budgets in force of the year, and how each point of delivery counts.
--
-- Grain: one row per practice with a budget in the year, and POD.
-- Inputs: reference.budget, reference.budget_scope, reference.profile, pod.
with practice as (
    select distinct practice_code
    from reference.budget
    where financial_year = getvariable('financial_year')
)

select
    practice.practice_code,
    pod.code as pod,
    pod.name as pod_name,
    coalesce(budget_scope.treatment, 'held') as treatment,
    if(
        pod.code in (
            select pod
            from reference.profile
            where financial_year = getvariable('financial_year')
        ),
        'profile',
        pod."group"
    ) as spread,
    coalesce(budget.annual_amount, 0.00) as annual_amount,
from practice
cross join pod
left join reference.budget
    on
        budget.financial_year = getvariable('financial_year')
        and practice.practice_code = budget.practice_code
        and pod.code = budget.pod
left join reference.budget_scope
    on
        budget_scope.financial_year = getvariable('financial_year')
        and practice.practice_code = budget_scope.practice_code
        and pod.code = budget_scope.pod
order by practice.practice_code, pod.place
