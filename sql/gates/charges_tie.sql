-- Whether the spells that are discharged and the charges are the same ones.
--
-- Grain: one row.
-- Inputs: spell, current_charge. Variable: month (the period's first day).
create or replace temp table charges_tie as
with discharged_spell as (
    select spell_id
    from spell
    where discharge_date < getvariable('month') + interval 1 month
),

charged_spell as (
    select
        spell_id,
        count(*) as charges,
    from current_charge
    group by spell_id
)

select
    count(*) filter (where charged_spell.spell_id is null) as spells_without_charge,
    coalesce(sum(charged_spell.charges) filter (where discharged_spell.spell_id is null), 0)
        as charges_without_spell,
    coalesce(sum(charged_spell.charges - 1), 0) as repeated_charges,
from discharged_spell
full join charged_spell on discharged_spell.spell_id = charged_spell.spell_id;
