-- What each spell discharged by the period's end would cost and whom, as this close sees it.
--
-- Grain: one row per spell discharged by the period's end.
-- Inputs: priced_spell, attributed_spell.
--
-- A view: what it joins is stored, and the ledger keeps every row of it that is new.
create or replace view current_charge as
select
    priced_spell.* exclude (index_missing),
    attributed_spell.attribution_basis,
    attributed_spell.practice_code,
    attributed_spell.responsible,
    attributed_spell.not_responsible_reason,
    attributed_spell.budget_holder,
from priced_spell
inner join attributed_spell on priced_spell.first_record = attributed_spell.first_record;
