-- The charges that the ledger should hold: of those that stand, the ones that a practice pays.
--
-- Grain: one row per spell to be charged.
-- Inputs: charge.
create or replace temp view due_charge as
select
    spell_id,
    charge_number,
    budget_holder,
    activity_month,
    pod,
    hrg_code,
    tariff_edition,
    total_price,
from charge
where
    to_close is null
    and responsible
    and price_status in ('priced', 'local')
    and coalesce(activity_month >= getvariable('ledger_opens'), true);
