-- The period's postings: a credit reverses what was posted, a charge posts what stands now.
--
-- Grain: one row per signed entry.
-- Inputs: entry, charge.
--
-- The charge reference counts from 1 within budget holder, period and revision, in order of spell,
-- then credit before charge. It identifies nobody.
insert into posting
with moved as (
    -- What moved_version made: versions that begin and end in this close.
    select
        spell_id,
        charge_number,
    from charge
    where
        from_close = getvariable('close_number')
        and to_close = getvariable('close_number')
),

version as (
    select
        'credit' as kind,
        entry.reason,
        entry.posted_number as charge_number,
    from entry
    where entry.posted_number is not null and entry.reason <> 'held'
    union all
    select
        'charge' as kind,
        entry.reason,
        coalesce(moved.charge_number, entry.due_number) as charge_number,
    from entry
    left join moved on entry.spell_id = moved.spell_id
    where
        entry.reason not in ('held', 'withdrawn')
        and coalesce(moved.charge_number, entry.due_number) is not null
),

numbered as (
    select
        version.kind,
        version.reason,
        version.charge_number,
        charge.spell_id,
        charge.budget_holder,
        charge.activity_month,
        charge.pod,
        charge.hrg_code,
        if(version.kind = 'credit', -charge.total_price, charge.total_price) as amount,
        row_number() over (
            partition by charge.budget_holder
            order by charge.spell_id, version.kind = 'charge'
        ) as place,
    from version
    inner join charge on version.charge_number = charge.charge_number
)

select
    getvariable('close_number') as close_number,
    kind,
    reason,
    spell_id,
    charge_number,
    budget_holder,
    activity_month,
    pod,
    hrg_code,
    amount,
    concat_ws(
        '-',
        budget_holder,
        strftime(getvariable('period'), '%Y-%m'),
        getvariable('revision'),
        place
    ) as charge_reference,
from numbered;
