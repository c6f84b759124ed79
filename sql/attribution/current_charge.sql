-- What each spell discharged by the period's end would cost and whom, as this close sees it.
--
-- Grain: one row per spell discharged by the period's end.
-- Inputs: spell, record, priced_spell, attributed_spell, holder_of_month.
--
-- budget_holder is the practice after successions, and null where nobody here answers.
--
-- A view: what it joins is stored, and the ledger keeps every row of it that is new.
create or replace view current_charge as
select
    spell.spell_id,
    spell.provider_code,
    spell.first_record,
    spell.last_record,
    first_record.nhs_number,
    cast(spell.episodes as integer) as episodes,
    spell.admission_date,
    spell.discharge_date,
    spell.activity_month,
    spell.pod,
    spell.admission_type,
    spell.hrg_code,
    cast(spell.length_of_stay as integer) as length_of_stay,
    cast(spell.adjusted_length_of_stay as integer) as adjusted_length_of_stay,
    cast(spell.age as integer) as age,
    priced_spell.price_status,
    priced_spell.exclusion_reason,
    priced_spell.tariff_edition,
    priced_spell.base_price,
    priced_spell.short_stay_adjustment,
    priced_spell.excess_days,
    priced_spell.excess_day_payment,
    priced_spell.top_up_service,
    priced_spell.top_up_payment,
    priced_spell.market_forces_payment,
    priced_spell.total_price,
    attributed_spell.attribution_basis,
    attributed_spell.submitted_practice_code,
    attributed_spell.practice_code,
    attributed_spell.responsible,
    attributed_spell.not_responsible_reason,
    if(
        attributed_spell.responsible,
        coalesce(holder_of_month.budget_holder, attributed_spell.practice_code),
        null
    ) as budget_holder,
from spell
inner join priced_spell on spell.first_record = priced_spell.first_record
inner join attributed_spell on spell.first_record = attributed_spell.first_record
inner join record as first_record on spell.first_record = first_record.rowid
left join holder_of_month
    on
        attributed_spell.practice_code = holder_of_month.practice_code
        and spell.activity_month = holder_of_month.activity_month;
