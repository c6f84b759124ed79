-- The budgets that the rule sets, in their parts.
--
-- Grain: one row per practice and POD.
-- Inputs: moved_budget, kept_budget, practice_status.
--
-- What exceeds the resource limit is scaled down to it where the rule says so: every budget in
-- proportion, by largest remainder, of equals the lowest practice and POD first. The contingency
-- comes off what that leaves.
create or replace table set_budget as
with amount as (
    select
        *,
        pence(base_amount + uplift + movement) as before,
    from moved_budget
),

limited as (
    select
        *,
        cast(sum(before) over () as hugeint) as total,
        -- What budgets by hand leave of it, if there is a limit.
        if(
            getvariable('resource_limit') is null,
            null,
            greatest(
                0,
                pence(getvariable('resource_limit'))
                - (select pence(coalesce(sum(annual_amount), 0)) from kept_budget)
            )
        ) as room,
    from amount
),

cut as (
    select
        *,
        coalesce(getvariable('scale_to_limit') and total > room, false) as is_scaled,
        room * before // greatest(total, 1) as share,
        room * before % greatest(total, 1) as remainder,
    from limited
),

ranked as (
    select
        *,
        row_number() over (order by remainder desc, practice_code asc, pod asc) as place,
        room - sum(share) over () as left_over,
    from cut
),

scaled_down as (
    select
        *,
        if(is_scaled, pounds(share + if(place <= left_over, 1, 0) - before), 0.00) as scaling,
    from ranked
),

before_contingency as (
    select
        *,
        base_amount + uplift + movement + scaling as amount,
    from scaled_down
)

select
    before_contingency.practice_code,
    before_contingency.pod,
    before_contingency.base_year,
    before_contingency.base_amount,
    before_contingency.uplift_percent,
    before_contingency.uplift,
    before_contingency.movement,
    cast(before_contingency.scaling as decimal(18, 2)) as scaling,
    -to_the_penny(before_contingency.amount * getvariable('contingency_percent') * 0.01)
        as contingency,
    cast(
        before_contingency.amount
        - to_the_penny(before_contingency.amount * getvariable('contingency_percent') * 0.01)
        as decimal(18, 2)
    ) as annual_amount,
    coalesce(practice_status.status, 'information') as status,
from before_contingency
left join practice_status on before_contingency.practice_code = practice_status.practice_code;
