-- Warnings on live records: what looks wrong and is not enough to keep a record out.
--
-- Grain: one row per rule and provider with any.
-- Inputs: live_record, grouped_record, reference.practice, default_practice, admission_method.
create or replace table warning as
with checked as (
    select
        record.provider_code,
        if(
            record.nhs_number is null,
            record.nhs_number_status = '01',
            not nhs_number_is_valid(record.nhs_number)
        ) as w01,
        record.gp_practice_code is not null
        and (
            record.gp_practice_code in (select code from default_practice)
            or record.gp_practice_code not in (select practice_code from reference.practice)
        ) as w02,
        record.patient_classification = '2'
        and (
            record.discharge_date > record.admission_date
            or admission_method."group" <> 'elective'
        ) as w03,
        live_record.prime_recipient_changed as w04,
        starts_with(record.postcode, 'ZZ99') as w05,
        live_record.record_group = 'finished'
        and (record.hrg_code is null or starts_with(record.hrg_code, 'U')) as w06,
    from live_record
    inner join grouped_record as record on live_record.record_id = record.record_id
    left join admission_method on record.admission_method = admission_method.code
    where live_record.fate = 'live'
),

-- The log is gone through once for all of them.
counted as (
    select
        provider_code,
        unnest(['W01', 'W02', 'W03', 'W04', 'W05', 'W06']) as rule,
        unnest(
            [
                count(*) filter (where w01),
                count(*) filter (where w02),
                count(*) filter (where w03),
                count(*) filter (where w04),
                count(*) filter (where w05),
                count(*) filter (where w06)
            ]
        ) as records,
    from checked
    group by provider_code
)

select
    rule,
    provider_code,
    records,
from counted
where records > 0;
