-- Every row of the detail files: the period's postings, the year's standing charges, and spells
-- of the practice's patients that were not charged.
--
-- Grain: one row per practice, sheet and posting or spell.
-- Inputs: period_posting, standing_charge, charge, current_charge, spell, attributed_spell,
--         holder_of_year, record, statement, reference.provider, reference.tariff, the code lists.
--
-- A posting shows the version of the charge that it posts; a credit shows the version that it
-- reverses, every amount negated.
--
-- In the order of the detail files, so that one practice's rows lie together: reading them takes
-- what that practice has, however many others there are.
create or replace temp table detail_row as
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
        spell.provider_spell_number,
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

select
    shown.holder,
    shown.sheet,
    shown.charge_reference,
    shown.kind,
    shown.reason,
    strftime(shown.activity_month, '%Y-%m') as activity_month,
    first_record.nhs_number,
    first_record.local_patient_identifier,
    first_record.birth_date,
    first_record.sex,
    shown.age,
    shown.provider_code,
    coalesce(provider.name, shown.provider_code) as provider_name,
    shown.provider_spell_number,
    shown.admission_date,
    shown.discharge_date,
    shown.length_of_stay,
    shown.adjusted_length_of_stay,
    shown.pod,
    first_record.admission_method,
    admission_method.name as admission_method_name,
    first_record.main_specialty,
    coalesce(main_specialty.name, first_record.main_specialty) as main_specialty_name,
    first_record.consultant_code,
    first_record.primary_diagnosis,
    first_record.primary_procedure,
    shown.hrg_code,
    tariff.hrg_name,
    shown.price_status,
    shown.exclusion_reason,
    shown.tariff_edition,
    cast(shown.sign * shown.base_price as decimal(18, 2)) as base_price,
    cast(shown.sign * shown.short_stay_adjustment as decimal(18, 2)) as short_stay_adjustment,
    shown.excess_days,
    cast(shown.sign * shown.excess_day_payment as decimal(18, 2)) as excess_day_payment,
    shown.top_up_service,
    cast(shown.sign * shown.top_up_payment as decimal(18, 2)) as top_up_payment,
    cast(shown.sign * shown.market_forces_payment as decimal(18, 2)) as market_forces_payment,
    cast(shown.sign * shown.total_price as decimal(18, 2)) as total_price,
    shown.attribution_basis,
    case shown.attribution_basis
        when 'registration' then 'on the registration list of practice ' || shown.practice_code
        when 'submitted_practice' then 'the hospital gave practice ' || shown.practice_code
        when 'submitted_gp'
            then 'the GP that the hospital gave works at practice ' || shown.practice_code
    end
    || if(
        shown.practice_code <> shown.holder,
        ', which merged into ' || shown.holder,
        ''
    )
    || if(
        shown.attribution_basis = 'registration'
        and shown.submitted_practice_code <> shown.practice_code,
        '; the hospital gave practice ' || shown.submitted_practice_code,
        ''
    ) as attribution_reason,
    shown.submitted_practice_code,
    shown.practice_code,
    shown.not_charged_reason,
from shown
inner join statement
    on
        shown.holder = statement.practice_code
        and statement.close_number = getvariable('close_number')
inner join record as first_record on shown.first_record = first_record.rowid
left join reference.provider on shown.provider_code = provider.provider_code
left join admission_method on first_record.admission_method = admission_method.code
left join main_specialty on first_record.main_specialty = main_specialty.code
left join reference.tariff
    on shown.tariff_edition = tariff.edition and shown.hrg_code = tariff.hrg_code
order by
    shown.holder asc,
    shown.sheet asc,
    cast(split_part(shown.charge_reference, '-', -1) as integer) asc,
    shown.activity_month asc,
    shown.provider_code asc,
    shown.provider_spell_number asc,
    shown.kind desc;
