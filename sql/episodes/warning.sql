-- Warnings on live records: what looks wrong and is not enough to keep a record out.
--
-- Grain: one row per rule and provider with any.
-- Inputs: live_record, record, episode, reference.practice, default_practice, admission_method.
create or replace table warning as
with live as (
    select
        record.*,
        live_record.prime_recipient_changed,
        admission_method."group" as admission_group,
    from live_record
    inner join record on live_record.record_id = record.rowid
    left join admission_method on record.admission_method = admission_method.code
    where live_record.fate = 'live'
),

found as (
    select
        'W01' as rule,
        provider_code,
    from live
    where
        (nhs_number is not null and not nhs_number_is_valid(nhs_number))
        or (nhs_number is null and nhs_number_status = '01')
    union all
    select
        'W02' as rule,
        provider_code,
    from live
    where
        gp_practice_code is not null
        and (
            gp_practice_code in (select code from default_practice)
            or gp_practice_code not in (select practice_code from reference.practice)
        )
    union all
    select
        'W03' as rule,
        provider_code,
    from live
    where
        patient_classification = '2'
        and (discharge_date > admission_date or admission_group <> 'elective')
    union all
    select
        'W04' as rule,
        provider_code,
    from live
    where prime_recipient_changed
    union all
    select
        'W05' as rule,
        provider_code,
    from live
    where starts_with(postcode, 'ZZ99')
    union all
    select
        'W06' as rule,
        provider_code,
    from episode
    where hrg_code is null or starts_with(hrg_code, 'U')
)

select
    rule,
    provider_code,
    count(*) as records,
from found
group by rule, provider_code;
