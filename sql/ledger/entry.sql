-- What this close has to post: the difference between the current charges and what the ledger
-- holds.
--
-- Grain: one row per spell with a difference in budget holder, activity month, POD, HRG or price.
-- Inputs: due_charge, standing_posting, posted_change, posting, holder.
--
-- What is due and what was posted stands in it, as far as a posting has it: of millions of entries
-- none needs to look for its charge again.
--
-- A change whose old or new activity month is frozen is held whole. But what a succession moves is
-- posted all the same, as it was posted before, since its budget moves.
create or replace temp table entry as
with due as (
    -- A version that was posted as it is needs no entry.
    select due_charge.*
    from due_charge
    where
        due_charge.charge_number not in (
            select standing.charge_number
            from standing_posting(getvariable('close_number')) as standing
        )
),

-- What was posted before and does not stand was credited.
posted_before as (
    select distinct spell_id
    from posting
    where kind = 'credit'
),

difference as (
    select
        coalesce(due.spell_id, posted.spell_id) as spell_id,
        due.charge_number as due_number,
        posted.charge_number as posted_number,
        due.budget_holder as due_holder,
        posted.budget_holder as posted_holder,
        due.activity_month as due_month,
        posted.activity_month as posted_month,
        due.pod as due_pod,
        posted.pod as posted_pod,
        due.hrg_code as due_hrg,
        posted.hrg_code as posted_hrg,
        due.total_price as due_price,
        posted.total_price as posted_price,
        due.tariff_edition as due_edition,
        posted.tariff_edition as posted_edition,
        coalesce(due.total_price, 0) - coalesce(posted.total_price, 0) as amount,
        coalesce(due.activity_month < getvariable('frozen_before'), false)
        or coalesce(posted.activity_month < getvariable('frozen_before'), false) as is_frozen,
    from due
    full join posted_change as posted on due.spell_id = posted.spell_id
    where
        due.spell_id is null
        or posted.spell_id is null
        or due.budget_holder is distinct from posted.budget_holder
        or due.activity_month is distinct from posted.activity_month
        or due.pod is distinct from posted.pod
        or due.hrg_code is distinct from posted.hrg_code
        or due.total_price is distinct from posted.total_price
),

inherited as (
    select
        posted_change.spell_id,
        holder.budget_holder as heir,
    from posted_change
    inner join holder
        on
            posted_change.budget_holder = holder.practice_code
            and financial_year(posted_change.activity_month) >= holder.from_year
    where coalesce(financial_year(posted_change.activity_month) < holder.until_year, true)
)

select
    difference.* exclude (due_edition, posted_edition),
    if(difference.is_frozen, inherited.heir, null) as heir, -- of what was posted
    case
        when difference.is_frozen and inherited.heir <> difference.posted_holder
            then cast('moved' as posting_reason)
        when difference.is_frozen then null
        when difference.due_number is null then cast('withdrawn' as posting_reason)
        when difference.posted_number is null and posted_before.spell_id is not null
            then cast('restored' as posting_reason)
        when difference.posted_number is null and difference.due_month = getvariable('period')
            then cast('new' as posting_reason)
        when difference.posted_number is null then cast('late' as posting_reason)
        when difference.due_holder <> difference.posted_holder then cast('moved' as posting_reason)
        when
            (difference.due_edition is distinct from difference.posted_edition)
            and financial_year(difference.due_month) = financial_year(difference.posted_month)
            then cast('repriced' as posting_reason)
        else cast('amended' as posting_reason)
    end as reason, -- none where the change is held
from difference
left join posted_before on difference.spell_id = posted_before.spell_id
left join inherited on difference.spell_id = inherited.spell_id;
