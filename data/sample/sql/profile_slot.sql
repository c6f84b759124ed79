-- Purpose: who is admitted for what: each profile of the catalogue gives the weight of a head of
--   each age and sex, and an age slot has as many profile slots as its weight.
-- Grain: one row per profile and slot.
-- Inputs: age_profiles.csv of the catalogue, age_slot.
create or replace table profile_slot as
with weights as (
    unpivot age_profiles
    on columns(* exclude (profile, sex))
    into name band value weight
),

expanded as (
    select
        weights.profile,
        age_slot.age_slot,
        unnest(range(weights.weight)) as within_slot
    from weights
    inner join age_slot on weights.band = age_slot.band and weights.sex = age_slot.sex
    where weights.weight > 0
)

select
    profile,
    age_slot,
    row_number() over (partition by profile order by age_slot, within_slot) - 1 as slot
from expanded;
