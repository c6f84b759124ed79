-- The period's postings: a credit reverses what was posted, a charge posts what stands now.
--
-- Grain: one row per signed entry.
-- Inputs: entry, charge (what moved_version made).
--
-- The charge reference counts from 1 within budget holder, period and revision, in order of spell,
-- then credit before charge. It identifies nobody.
insert into posting
with version as (
    select
        cast('credit' as posting_kind) as kind,
        reason,
        spell_id,
        posted_number as charge_number,
        posted_holder as budget_holder,
        posted_month as activity_month,
        posted_pod as pod,
        posted_hrg as hrg_code,
        -posted_price as amount,
    from entry
    where posted_number is not null and reason is not null
    union all
    select
        cast('charge' as posting_kind) as kind,
        reason,
        spell_id,
        due_number as charge_number,
        due_holder as budget_holder,
        due_month as activity_month,
        due_pod as pod,
        due_hrg as hrg_code,
        due_price as amount,
    from entry
    where due_number is not null and not is_frozen
    union all
    -- What moved_version made: versions that begin and end in this close.
    select
        cast('charge' as posting_kind) as kind,
        entry.reason,
        entry.spell_id,
        charge.charge_number,
        charge.budget_holder,
        charge.activity_month,
        charge.pod,
        charge.hrg_code,
        charge.total_price as amount,
    from charge
    inner join entry on charge.spell_id = entry.spell_id
    where
        charge.from_close = getvariable('close_number')
        and charge.to_close = getvariable('close_number')
),

numbered as (
    select
        *,
        row_number() over (
            partition by budget_holder
            order by spell_id, kind = 'charge'
        ) as number,
    from version
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
    getvariable('period') as period,
    getvariable('revision') as revision,
    number,
from numbered;
