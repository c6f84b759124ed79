-- The history of charges: begins the versions that hold from now on, ends those that hold no more.
--
-- Grain: one row per version of a spell's charge.
-- Inputs: current_charge, spell, charge (as earlier closes left it).
--
-- What a spell would be charged is worked out once, and its row goes straight into the history
-- where that does not say the same: the whole row is compared, by its hash.
insert into charge
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
)

select
    charge_number_of(getvariable('close_number'), current_charge.first_record, 0) as charge_number,
    getvariable('close_number') as from_close,
    null as to_close,
    current_charge.*,
from current_charge
left join before on current_charge.spell_id = before.spell_id
where before.content is distinct from hash(current_charge);

update charge
set to_close = getvariable('close_number')
where
    to_close is null
    and from_close < getvariable('close_number')
    and (
        spell_id in (
            select begun.spell_id
            from charge as begun
            where begun.from_close = getvariable('close_number')
        )
        -- current_charge has a row for each spell discharged by the period's end.
        or spell_id not in (
            select spell.spell_id
            from spell
            where spell.discharge_date <= getvariable('period_end')
        )
    );
