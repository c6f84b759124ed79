-- The history of charges: ends the versions that no longer hold, begins those that do now.
--
-- Grain: one row per version of a spell's charge.
-- Inputs: current_charge, charge (as earlier closes left it).
create or replace temp table charge_now as
select *
from current_charge;

create or replace temp table changed_spell as
with standing as (
    select charge.* exclude (charge_number, from_close, to_close)
    from charge
    where charge.to_close is null
),

before as (
    select
        spell_id,
        hash(standing) as content,
    from standing
),

now as (
    select
        spell_id,
        hash(charge_now) as content,
    from charge_now
),

changed as (
    select
        coalesce(now.spell_id, before.spell_id) as spell_id,
        now.spell_id is null as is_gone,
    from now
    full join before on now.spell_id = before.spell_id
    where now.content is distinct from before.content
)

select
    spell_id,
    -- Numbered here, where a row is narrow.
    row_number() over (order by is_gone, spell_id) as place,
from changed;

update charge
set to_close = getvariable('close_number')
where to_close is null and spell_id in (select spell_id from changed_spell);

insert into charge
select
    (select coalesce(max(charge_number), 0) from charge)
    + changed_spell.place as charge_number,
    getvariable('close_number') as from_close,
    null as to_close,
    charge_now.*,
from charge_now
inner join changed_spell on charge_now.spell_id = changed_spell.spell_id;

drop table charge_now;
