-- Spells of the practices' patients that were not charged: excluded, without a usable HRG or a
-- price, or not yet discharged.
--
-- Grain: one row per spell.
-- Inputs: charge, spell, attributed_spell, holder_of_year.
create or replace temp table not_charged_spell as
select
    charge.* exclude (charge_number, from_close, to_close, budget_holder),
    budget_holder as holder,
    case price_status
        when 'excluded' then 'excluded: ' || coalesce(exclusion_reason, '')
        when 'ungrouped' then 'no usable HRG'
        else 'no price in the tariff'
    end as not_charged_reason,
from charge
where
    to_close is null
    and responsible
    and price_status not in ('priced', 'local')
    and activity_month >= getvariable('year_start')
union all by name
select
    spell.provider_code,
    spell.first_record,
    spell.last_record,
    spell.admission_date,
    spell.age,
    spell.pod,
    spell.hrg_code,
    attributed_spell.attribution_basis,
    attributed_spell.practice_code,
    coalesce(holder_of_year.budget_holder, attributed_spell.practice_code) as holder,
    'not yet discharged' as not_charged_reason,
from spell
inner join attributed_spell on spell.first_record = attributed_spell.first_record
left join holder_of_year on attributed_spell.practice_code = holder_of_year.practice_code
where
    attributed_spell.responsible
    and coalesce(spell.discharge_date > getvariable('period_end'), true);
