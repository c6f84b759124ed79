-- The history of charges: ends the versions that no longer hold, begins those that do now.
--
-- Grain: one row per version of a spell's charge.
-- Inputs: charge_now, changed_spell, charge (as earlier closes left it).
--
-- The last number is asked for beforehand: within the statement it would make DuckDB write the rows
-- one thread at a time.
set variable last_charge = (select coalesce(max(charge_number), 0) from charge);

update charge
set to_close = getvariable('close_number')
where to_close is null and spell_id in (select spell_id from changed_spell);

insert into charge
select
    getvariable('last_charge') + changed_spell.place as charge_number,
    getvariable('close_number') as from_close,
    null as to_close,
    charge_now.*,
from charge_now
inner join changed_spell on charge_now.spell_id = changed_spell.spell_id;

drop table charge_now;
