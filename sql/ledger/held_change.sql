-- Changes to frozen months: known, not posted, and listed.
--
-- Grain: one row per spell whose current charge differs from what the ledger holds after this
-- close.
-- Inputs: entry, charge.
create or replace table held_change as
with moved as (
    select
        charge.spell_id,
        charge.charge_number,
    from charge
    where
        charge.from_close = getvariable('close_number')
        and charge.to_close = getvariable('close_number')
)

select
    entry.spell_id,
    coalesce(entry.posted_month, entry.due_month) as activity_month,
    coalesce(due.budget_holder, posted.budget_holder) as budget_holder,
    entry.amount, -- current charge less what the ledger holds
from entry
left join moved on entry.spell_id = moved.spell_id
left join charge as posted
    on coalesce(moved.charge_number, entry.posted_number) = posted.charge_number
left join charge as due on entry.due_number = due.charge_number
where
    entry.is_frozen
    and (
        posted.budget_holder is distinct from due.budget_holder
        or posted.activity_month is distinct from due.activity_month
        or posted.pod is distinct from due.pod
        or posted.hrg_code is distinct from due.hrg_code
        or posted.total_price is distinct from due.total_price
    );
