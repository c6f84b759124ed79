-- A spell as the last close saw it: the stay, its price and what the price was made from, and who
-- answers for it.
--
-- Grain: one row, or none where the spell is not live. Variable: spell_id.
-- Inputs: spell, record, priced_spell, attributed_spell, current_charge, the reference tables, the
--         code lists.
--
-- A price is there from discharge on. Nothing here names the patient.
with asked as (
    select
        *,
        if(
            getvariable('attribution_date') = 'discharge',
            coalesce(discharge_date, getvariable('period_end')),
            admission_date
        ) as asked_on,
    from spell
    where spell_id = getvariable('spell_id')
),

-- The row of the edition that prices the HRG, with the figures of the spell's POD.
tariff_row as (
    select
        asked.first_record,
        tariff.line as tariff_line,
        tariff.hrg_name,
        tariff.excess_day_price,
        tariff.short_stay_percent,
        case asked.pod
            when 'elective' then tariff.elective_price
            when 'daycase' then tariff.daycase_price
            when 'non_elective' then tariff.non_elective_price
        end as tariff_price,
        case asked.pod
            when 'elective' then tariff.elective_trim_point
            when 'non_elective' then tariff.non_elective_trim_point
        end as trim_point,
    from asked
    inner join reference.tariff
        on asked.edition = tariff.edition and asked.hrg_code = tariff.hrg_code
)

select
    asked.spell_id,
    asked.provider_code,
    coalesce(provider.name, asked.provider_code) as provider_name,
    asked.episodes,
    asked.included_episodes,
    asked.admission_date,
    asked.discharge_date,
    asked.discharge_date is null or asked.discharge_date > getvariable('period_end') as is_open,
    admission_method.name as admission_method_name,
    patient_classification.name as patient_classification_name,
    asked.activity_month,
    financial_year(asked.activity_month) as financial_year,
    cast(asked.length_of_stay as integer) as length_of_stay,
    cast(asked.adjusted_length_of_stay as integer) as adjusted_length_of_stay,
    cast(asked.age as integer) as age,
    asked.pod,
    asked.admission_type,
    asked.hrg_code,
    asked.all_excluded,
    asked.edition,
    tariff_edition.number as edition_number,
    tariff_edition.currency,
    tariff_edition.source as edition_source,
    tariff_edition.tariff_place,
    tariff_edition.short_stay_minimum_age,
    tariff_edition.market_forces = 'in_price' as market_forces_in_price,
    market_forces.index as market_forces_index,
    market_forces.line as market_forces_line,
    exclusion.rule as exclusion_rule,
    exclusion.reason as rule_reason,
    exclusion.line as exclusion_line,
    tariff_row.tariff_line,
    tariff_row.hrg_name,
    tariff_row.tariff_price,
    tariff_row.trim_point,
    tariff_row.excess_day_price,
    tariff_row.short_stay_percent,
    priced_spell.price_status,
    priced_spell.exclusion_reason,
    priced_spell.base_price,
    priced_spell.short_stay_adjustment,
    priced_spell.excess_days,
    priced_spell.excess_day_payment,
    priced_spell.top_up_service,
    priced_spell.top_up_payment,
    priced_spell.market_forces_payment,
    priced_spell.total_price,
    asked.asked_on,
    record.nhs_number is not null as has_nhs_number,
    nhs_number_is_valid(record.nhs_number) as nhs_number_is_valid,
    record.gp_practice_code,
    list_contains(getvariable('default_practices'), record.gp_practice_code) as is_default_practice,
    submitted_practice.practice_code is not null as is_known_practice,
    submitted_practice.name as submitted_practice_name,
    submitted_practice.open_date,
    submitted_practice.close_date,
    record.gmp_code,
    record.residence_commissioner,
    attributed_spell.attribution_basis,
    attributed_spell.practice_code,
    practice.name as practice_name,
    attributed_spell.responsible,
    attributed_spell.not_responsible_reason,
    current_charge.budget_holder,
    holder_practice.name as budget_holder_name,
    coalesce(current_charge.activity_month < getvariable('ledger_opens'), false)
        as is_before_ledger,
    coalesce(current_charge.activity_month < getvariable('frozen_before'), false) as is_frozen,
from asked
inner join record on asked.first_record = record.rowid
inner join attributed_spell on asked.first_record = attributed_spell.first_record
left join admission_method on record.admission_method = admission_method.code
left join patient_classification on record.patient_classification = patient_classification.code
left join reference.provider on asked.provider_code = provider.provider_code
left join reference.tariff_edition on asked.edition = tariff_edition.edition
left join tariff_row on asked.first_record = tariff_row.first_record
left join reference.market_forces
    on
        asked.edition = market_forces.edition
        and asked.provider_code = market_forces.provider_code
left join reference.exclusion
    on asked.edition = exclusion.edition and asked.exclusion_line = exclusion.line
left join priced_spell on asked.first_record = priced_spell.first_record
left join current_charge on asked.spell_id = current_charge.spell_id
left join reference.practice as submitted_practice
    on record.gp_practice_code = submitted_practice.practice_code
left join reference.practice on attributed_spell.practice_code = practice.practice_code
left join reference.practice as holder_practice
    on current_charge.budget_holder = holder_practice.practice_code
