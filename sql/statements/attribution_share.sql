-- Standing charges of the year by what decided whose they are.
--
-- Grain: one row per practice and basis.
-- Inputs: standing_charge.
select
    budget_holder as practice_code,
    attribution_basis as basis,
    count(*) as charges,
    sum(amount) as amount,
    percent_of(
        cast(count(*) as decimal(18, 2)),
        cast(sum(count(*)) over (partition by budget_holder) as decimal(18, 2))
    ) as percent,
from standing_charge
where is_this_year
group by budget_holder, attribution_basis
order by
    budget_holder,
    list_position(
        ['registration', 'submitted_practice', 'submitted_gp', 'resident', 'none'],
        attribution_basis
    )
