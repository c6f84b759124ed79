-- What the books hold of earlier activity: as posted, and before the ledger opens as priced.
--
-- Grain: one row per budget holder, activity month and POD.
-- Inputs: posting, charge.
with standing as (
    select
        budget_holder,
        activity_month,
        pod,
        if(kind = 'charge', 1, -1) as spells,
        amount,
    from posting
    where close_number <= getvariable('close_number')
    union all
    select
        budget_holder,
        activity_month,
        pod,
        1 as spells,
        total_price as amount,
    from charge
    where
        from_close <= getvariable('close_number')
        and coalesce(to_close > getvariable('close_number'), true)
        and responsible
        and price_status in ('priced', 'local')
        and activity_month < getvariable('ledger_opens')
)

select
    budget_holder,
    activity_month,
    pod,
    cast(sum(spells) as bigint) as spells,
    cast(sum(amount) as decimal(18, 2)) as amount,
from standing
group by all
order by budget_holder, activity_month, pod
