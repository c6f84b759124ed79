-- The rows of the detail files of some practices, in their order, but for the names of codes.
--
-- Grain: one row per practice and posting or spell.
-- Inputs: detail_entry, record. Variables: first_practice, last_practice.
--
-- The files are written as the rows stream by, one practice after the other. `sheet` names the
-- sheets that a row is on, one space between them. Names are put beside the codes of the rows that
-- come, and what says the same in other words is worked out last, the charge reference among it:
-- all rows are sorted, and a row is sorted in less time, and in memory, the less there is in it.
with ordered as (
    select
        entry.holder,
        entry.is_on_charges,
        entry.is_on_year_to_date,
        entry.is_on_not_charged,
        entry.period,
        entry.revision,
        entry.number,
        entry.kind,
        entry.reason,
        entry.is_credit,
        entry.activity_month,
        first_record.nhs_number,
        first_record.local_patient_identifier,
        first_record.birth_date,
        first_record.sex,
        entry.age,
        entry.provider_code,
        first_record.provider_spell_number,
        entry.admission_date,
        entry.discharge_date,
        entry.length_of_stay,
        entry.adjusted_length_of_stay,
        entry.pod,
        first_record.admission_method,
        first_record.main_specialty,
        first_record.consultant_code,
        first_record.primary_diagnosis,
        first_record.primary_procedure,
        entry.hrg_code,
        entry.price_status,
        entry.exclusion_reason,
        entry.tariff_edition,
        entry.base_price,
        entry.short_stay_adjustment,
        entry.excess_days,
        entry.excess_day_payment,
        entry.top_up_service,
        entry.top_up_payment,
        entry.market_forces_payment,
        entry.total_price,
        entry.attribution_basis,
        first_record.gp_practice_code as submitted_practice_code,
        entry.practice_code,
        entry.not_charged_reason,
    from detail_entry as entry
    inner join record as first_record on entry.first_record = first_record.rowid
    order by
        entry.holder_number asc,
        entry.close_number asc nulls last,
        entry.number asc,
        entry.activity_month asc nulls last,
        entry.first_record asc
)

select
    holder,
    case
        when is_on_not_charged then 'not_charged'
        when is_on_charges and is_on_year_to_date then 'charges year_to_date'
        when is_on_charges then 'charges'
        else 'year_to_date'
    end as sheet,
    charge_reference_of(holder, period, revision, number) as charge_reference,
    cast(kind as varchar) as kind,
    cast(reason as varchar) as reason,
    strftime(activity_month, '%Y-%m') as activity_month,
    nhs_number,
    local_patient_identifier,
    birth_date,
    sex,
    age,
    provider_code,
    cast(null as varchar) as provider_name,
    provider_spell_number,
    admission_date,
    discharge_date,
    length_of_stay,
    adjusted_length_of_stay,
    cast(pod as varchar) as pod,
    admission_method,
    cast(null as varchar) as admission_method_name,
    main_specialty,
    cast(null as varchar) as main_specialty_name,
    consultant_code,
    primary_diagnosis,
    primary_procedure,
    hrg_code,
    cast(null as varchar) as hrg_name,
    cast(price_status as varchar) as price_status,
    exclusion_reason,
    tariff_edition,
    if(is_credit, -base_price, base_price) as base_price,
    if(is_credit, -short_stay_adjustment, short_stay_adjustment) as short_stay_adjustment,
    excess_days,
    if(is_credit, -excess_day_payment, excess_day_payment) as excess_day_payment,
    top_up_service,
    if(is_credit, -top_up_payment, top_up_payment) as top_up_payment,
    if(is_credit, -market_forces_payment, market_forces_payment) as market_forces_payment,
    if(is_credit, -total_price, total_price) as total_price,
    cast(attribution_basis as varchar) as attribution_basis,
    case attribution_basis
        when 'registration' then 'on the registration list of practice ' || practice_code
        when 'submitted_practice' then 'the hospital gave practice ' || practice_code
        when 'submitted_gp'
            then 'the GP that the hospital gave works at practice ' || practice_code
    end
    || if(practice_code <> holder, ', which merged into ' || holder, '')
    || if(
        attribution_basis = 'registration' and submitted_practice_code <> practice_code,
        '; the hospital gave practice ' || submitted_practice_code,
        ''
    ) as attribution_reason,
    submitted_practice_code,
    practice_code,
    not_charged_reason,
from ordered
