-- Purpose: which HRG a stay of a class has: as many slots as the catalogue's weight for the class.
-- Grain: one row per class and slot.
-- Inputs: hrgs.csv of the catalogue.
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
)

select
    event_class,
    hrg_code,
    row_number() over (partition by event_class order by hrg_code, within_hrg) - 1 as slot,
    count(*) over (partition by event_class) as slots
from expanded;
