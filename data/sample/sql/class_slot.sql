-- Purpose: the kinds of stay among a thousand, each with a run of slots, and how many slots the
--   other tables hold for it. A birth and the delivery that brought it have the same place in
--   their classes.
-- Grain: one row per slot, 0 to 999.
-- Inputs: event_classes.csv of the catalogue, hrg_slot, day_slot.
create or replace table class_slot as
with expanded as (
    select
        event_class,
        day_kind,
        point_of_delivery,
        unnest(range(share)) as place
    from event_classes
),

hrg_totals as (
    select
        event_class,
        count(*) as slots
    from hrg_slot
    group by event_class
),

day_totals as (
    select
        day_kind,
        count(*) as slots
    from day_slot
    group by day_kind
)

select
    expanded.event_class,
    expanded.point_of_delivery,
    expanded.day_kind,
    expanded.place,
    hrg_totals.slots as hrg_slots,
    day_totals.slots as day_slots,
    row_number() over (order by expanded.event_class, expanded.place) - 1 as class_slot
from expanded
inner join hrg_totals on expanded.event_class = hrg_totals.event_class
inner join day_totals on expanded.day_kind = day_totals.day_kind;
