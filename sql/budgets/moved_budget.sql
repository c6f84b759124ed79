-- Budgets after the movement towards fair shares, split over PODs in proportion to what they have.
--
-- Grain: one row per practice and POD, of the practices that the rule gives anything.
-- Inputs: budget_base, fair_share.
--
-- Largest remainder, of equals the lowest POD first. A practice that has nothing yet is given its
-- movement in the proportions of all practices together.
create or replace table moved_budget as
with had as (
    select
        *,
        pence(base_amount + uplift) as has,
    from budget_base
),

weighed as (
    select
        had.*,
        pence(coalesce(fair_share.movement, 0)) as practice_movement,
        cast(sum(had.has) over (partition by had.practice_code) as hugeint) as practice_has,
        cast(sum(had.has) over (partition by had.pod) as hugeint) as pod_has,
    from had
    left join fair_share on had.practice_code = fair_share.practice_code
),

proportioned as (
    select
        *,
        if(practice_has > 0, has, pod_has) as weight,
        cast(
            sum(if(practice_has > 0, has, pod_has)) over (partition by practice_code) as hugeint
        ) as all_weights,
    from weighed
    where practice_has > 0 or practice_movement > 0
),

cut as (
    select
        *,
        abs(practice_movement) * weight // all_weights as share,
        abs(practice_movement) * weight % all_weights as remainder,
    from proportioned
),

ranked as (
    select
        *,
        row_number() over (partition by practice_code order by remainder desc, pod asc) as place,
        abs(practice_movement) - sum(share) over (partition by practice_code) as left_over,
    from cut
)

select
    practice_code,
    pod,
    base_year,
    base_amount,
    uplift_percent,
    uplift,
    pounds(sign(practice_movement) * (share + if(place <= left_over, 1, 0))) as movement,
from ranked;
