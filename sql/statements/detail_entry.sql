-- What the detail files list: the period's postings, the year's standing charges, and spells of the
-- practice's patients that were not charged.
--
-- Grain: one row per practice, sheet and posting or spell.
-- Inputs: period_posting, standing_charge, charge, current_charge, spell, attributed_spell,
--         holder_of_year, statement.
--
-- A posting shows the version of the charge that it posts; a credit shows the version that it
-- reverses, every amount negated (`sign`).
create or replace temp view detail_entry as
with shown as (
    select
        'charges' as sheet,
        period_posting.budget_holder as holder,
        period_posting.charge_reference,
        period_posting.kind,
        period_posting.reason,
        if(period_posting.kind = 'credit', -1, 1) as sign,
        charge.* exclude (charge_number, from_close, to_close, budget_holder),
        cast(null as varchar) as not_charged_reason,
    from period_posting
    inner join charge on period_posting.charge_number = charge.charge_number
    where period_posting.close_number = getvariable('close_number')
    union all by name
    select
        'year_to_date' as sheet,
        standing_charge.budget_holder as holder,
        standing_charge.charge_reference,
        'charge' as kind,
        standing_charge.reason,
        1 as sign,
        charge.* exclude (charge_number, from_close, to_close, budget_holder),
        null as not_charged_reason,
    from standing_charge
    inner join charge on standing_charge.charge_number = charge.charge_number
    where standing_charge.is_this_year
    union all by name
    select
        'not_charged' as sheet,
        current_charge.budget_holder as holder,
        null as charge_reference,
        null as kind,
        null as reason,
        1 as sign,
        current_charge.* exclude (budget_holder),
        case current_charge.price_status
            when 'excluded' then 'excluded: ' || coalesce(current_charge.exclusion_reason, '')
            when 'ungrouped' then 'no usable HRG'
            else 'no price in the tariff'
        end as not_charged_reason,
    from current_charge
    where
        current_charge.responsible
        and current_charge.price_status not in ('priced', 'local')
        and current_charge.activity_month >= getvariable('year_start')
    union all by name
    select
        'not_charged' as sheet,
        coalesce(holder_of_year.budget_holder, attributed_spell.practice_code) as holder,
        null as charge_reference,
        null as kind,
        null as reason,
        1 as sign,
        spell.provider_code,
        spell.first_record,
        spell.last_record,
        spell.admission_date,
        spell.age,
        spell.pod,
        spell.hrg_code,
        attributed_spell.attribution_basis,
        attributed_spell.submitted_practice_code,
        attributed_spell.practice_code,
        'not yet discharged' as not_charged_reason,
    from spell
    inner join attributed_spell on spell.first_record = attributed_spell.first_record
    left join holder_of_year on attributed_spell.practice_code = holder_of_year.practice_code
    where
        attributed_spell.responsible
        and coalesce(spell.discharge_date > getvariable('period_end'), true)
)

select shown.*
from shown
inner join statement
    on
        shown.holder = statement.practice_code
        and statement.close_number = getvariable('close_number');
