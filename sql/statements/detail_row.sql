-- Every row of the detail files.
--
-- Grain: one row per practice, sheet and posting or spell.
-- Inputs: detail_entry, record, reference.provider, reference.tariff, the code lists.
--
-- In the order of the detail files: they are written as the rows stream by, one practice after the
-- other.
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
    first_record.provider_spell_number,
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
from detail_entry as shown
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
    first_record.provider_spell_number asc,
    shown.kind desc
