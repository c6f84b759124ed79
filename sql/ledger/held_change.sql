-- Changes to frozen months: known, not posted, and listed.
--
-- Grain: one row per spell whose current charge differs from what the ledger holds after this
-- close.
-- Inputs: entry.
create or replace table held_change as
with frozen as (
    select
        *,
        -- What a succession moves is posted, so that the ledger holds it for the heir.
        if(reason = 'moved', heir, posted_holder) as held_holder,
    from entry
    where is_frozen
)

select
    spell_id,
    coalesce(posted_month, due_month) as activity_month,
    coalesce(due_holder, held_holder) as budget_holder,
    amount, -- current charge less what the ledger holds
from frozen
where
    held_holder is distinct from due_holder
    or posted_month is distinct from due_month
    or posted_pod is distinct from due_pod
    or posted_hrg is distinct from due_hrg
    or posted_price is distinct from due_price;
