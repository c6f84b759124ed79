-- The charges that the ledger holds and should not hold as they are.
--
-- Grain: one row per spell posted whose version is not due any more.
-- Inputs: standing_posting, due_charge, charge.
--
-- Versions are told apart by their numbers alone: of a country's charges hardly any change.
create or replace temp table posted_change as
select
    standing.spell_id,
    standing.charge_number,
    standing.budget_holder,
    standing.activity_month,
    standing.pod,
    standing.hrg_code,
    standing.amount as total_price,
    charge.tariff_edition,
from standing_posting(getvariable('close_number')) as standing
inner join charge on standing.charge_number = charge.charge_number
where standing.charge_number not in (select due_charge.charge_number from due_charge);
