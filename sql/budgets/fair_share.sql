-- How far each practice moves towards its fair share of the resource; no rows by other methods.
--
-- Grain: one row per practice.
-- Inputs: budget_base, budget_practice.
--
-- Target = resource x weighted list / all weighted lists; the movement is `pace` of the distance
-- from base and uplift to it, by at most maximum_change_percent of base and uplift either way,
-- rounded once, from its exact value. Rounding keeps order, so the lesser may be taken after it.
create or replace table fair_share as
with practice as (
    select
        budget_base.practice_code,
        pence(sum(budget_base.base_amount + budget_base.uplift)) as has,
    from budget_base
    group by budget_base.practice_code
),

listed as (
    select
        practice.practice_code,
        practice.has,
        budget_practice.weighted_list_size,
        scaled(budget_practice.weighted_list_size) as list,
        scaled(sum(budget_practice.weighted_list_size) over ()) as all_lists,
        pence(getvariable('resource_limit')) as resource,
        scaled(getvariable('pace')) as pace,
        scaled(getvariable('maximum_change_percent')) as maximum_change_percent,
    from practice
    inner join budget_practice on practice.practice_code = budget_practice.practice_code
    where getvariable('method') = 'fair_shares'
),

distance as (
    select
        *,
        nearest(resource * list, all_lists) as target,
        nearest(pace * (resource * list - has * all_lists), scaled(1) * all_lists)
            as uncapped_movement,
        nearest(has * maximum_change_percent, scaled(100)) as most,
    from listed
)

select
    practice_code,
    weighted_list_size,
    pounds(target) as target,
    pounds(uncapped_movement) as uncapped_movement,
    -- greatest and least pass over a null, which is no bound.
    pounds(greatest(-most, least(most, uncapped_movement))) as movement,
from distance;
