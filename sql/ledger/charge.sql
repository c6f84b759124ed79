-- The history of charges: ends the versions that no longer hold, begins those that do now.
--
-- Grain: one row per version of a spell's charge.
-- Inputs: current_charge, charge (as earlier closes left it).
create or replace temp table new_version as
with standing as (
    select
        spell_id,
        charge_number,
        hash(charge.* exclude (charge_number, from_close, to_close)) as content,
    from charge
    where to_close is null
),

present as (
    select
        spell_id,
        hash(current_charge.*) as content,
    from current_charge
)

select
    coalesce(present.spell_id, standing.spell_id) as spell_id,
    standing.charge_number as ended_charge_number,
    present.spell_id is not null as begins,
from present
full join standing on present.spell_id = standing.spell_id
where present.content is distinct from standing.content;

update charge
set to_close = getvariable('close_number')
where charge_number in (select ended_charge_number from new_version);

insert into charge
select
    (select coalesce(max(charge_number), 0) from charge)
    + row_number() over (order by current_charge.spell_id) as charge_number,
    getvariable('close_number') as from_close,
    null as to_close,
    current_charge.*,
from current_charge
where current_charge.spell_id in (select spell_id from new_version where begins);
