-- Purpose: which HRG a stay of a class has: as many slots as the catalogue's weight for the
--   class. What is then asked of the HRG stands beside it, so that a spell need look up no more
--   than its slot.
-- Grain: one row per class and slot.
-- Inputs: hrgs.csv of the catalogue, profile_slot.
create or replace table hrg_slot as
with weights as (
    unpivot (
        select
            hrg_code,
            daycase_weight as daycase,
            elective_weight as elective,
            emergency_weight as emergency,
            antenatal_weight as antenatal,
            delivery_weight as delivery,
            birth_weight as birth,
            transfer_weight as transfer,
            regular_weight as regular,
            companion_weight as companion
        from hrgs
    )
    on daycase, elective, emergency, antenatal, delivery, birth, transfer, regular, companion
    into name event_class value weight
),

expanded as (
    select
        event_class,
        hrg_code,
        unnest(range(weight)) as within_hrg
    from weights
    where weight > 0
),

profile_size as (
    select
        profile,
        count(*) as slots
    from profile_slot
    group by profile
)

select
    expanded.event_class,
    expanded.hrg_code,
    hrgs.profile,
    hrgs.elective_nights,
    hrgs.non_elective_nights,
    profile_size.slots as profile_slots,
    row_number() over (
        partition by expanded.event_class
        order by expanded.hrg_code, expanded.within_hrg
    ) - 1 as slot
from expanded
inner join hrgs on expanded.hrg_code = hrgs.hrg_code
inner join profile_size on hrgs.profile = profile_size.profile;

set variable companion_slots = (
    select count(*)
    from hrg_slot
    where event_class = 'companion'
);
