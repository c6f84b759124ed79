-- Spells whose charge is not what the ledger's history says, numbered for the versions to come.
--
-- Grain: one row per spell that is new, changed or gone.
-- Inputs: charge_now, charge (as earlier closes left it).
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
