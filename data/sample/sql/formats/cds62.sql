-- Purpose: a file's records as CDS 6-2 flat lines: 01 header, person and agreement; 02
--   diagnoses; 03 procedures; 05 admitted care; 06 critical care. Lines end with their last
--   filled field. Blank stretches stand for fields that the sample does not fill.
-- Grain: one row per line, in the order of the file.
-- Inputs: outgoing; the macros slot, flat_day and flat_time; the variables delivery_no,
--   from_day, to_day.
with chosen as (
    select
        *,
        -- Shared by a record's lines, and by nothing else in the file.
        slot(
            concat(
                lpad(interchange_no::text, 4, '0'),
                cds_unique_identifier,
                if(is_first_of_two, 'A', 'B')
            ),
            35
        ) as connection
    from outgoing
    where
        delivery_no = getvariable('delivery_no')
        and activity_date between getvariable('from_day') and getvariable('to_day')
),

written as (
    select
        interchange_no,
        activity_date,
        cds_unique_identifier,
        is_first_of_two,
        concat(
            '01', connection, 'NHS6-2', slot(cds_record_type, 3), slot(scope_bulk_group, 3),
            slot(sent_under, 3), slot(cds_unique_identifier, 35), slot(cds_update_type, 1),
            flat_day(cds_applicable_datetime), flat_time(cds_applicable_datetime),
            flat_day(extract_at), flat_time(extract_at),
            flat_day(period_start), flat_day(period_end), slot(null, 8), flat_day(activity_date),
            -- 149: parties, 321: person, 1035: address, 1068: agreement, 1191: who treats
            slot(sender, 12), slot(prime_recipient, 12), slot(null, 148),
            slot(local_patient_identifier, 10), slot(null, 12), slot(nhs_number_status, 2),
            slot(nhs_number, 10), slot(null, 3), flat_day(birth_date), slot(null, 669),
            slot(postcode, 8), slot(residence_commissioner, 12), slot(sex, 1), slot(null, 12),
            slot(commissioning_serial_number, 6), slot(null, 44),
            slot(provider_code, 12), slot(commissioner_code, 12), slot(null, 8),
            slot(gmp_code, 8), slot(gp_practice_code, 12), slot(referrer_code, 8), slot(null, 13),
            slot(consultant_code, 8), slot(main_specialty, 3), slot(treatment_function, 3)
        ) as person,
        if(
            primary_diagnosis is null,
            null,
            concat(
                '02', connection, '001', '02',
                array_to_string(
                    list_transform(
                        list_prepend(primary_diagnosis, secondary_diagnoses),
                        lambda code: concat(slot(code, 6), 'Y')
                    ),
                    ''
                )
            )
        ) as diagnoses,
        if(
            primary_procedure is null,
            null,
            concat(
                '03', connection, '001', '02',
                array_to_string(
                    list_transform(
                        list_prepend(primary_procedure, secondary_procedures),
                        lambda code: concat(
                            slot(code, 6), flat_day(episode_start_date), slot(null, 28)
                        )
                    ),
                    ''
                )
            )
        ) as procedures,
        if(
            kind = 'deletion',
            null,
            concat(
                '05', connection, slot(provider_spell_number, 12), slot(administrative_category, 2),
                slot(patient_classification, 1), slot(admission_method, 2),
                slot(source_of_admission, 2), flat_day(admission_date), slot(null, 41),
                -- 106: discharge, 159: episode, 199: days that do not count, 294: management
                slot(discharge_destination, 2), slot(discharge_method, 1), slot(null, 8),
                flat_day(discharge_date), slot(null, 34),
                slot(episode_number, 2), slot(last_episode_in_spell, 1), slot(null, 4),
                flat_day(episode_start_date), slot(null, 6), flat_day(episode_end_date),
                slot(null, 11),
                slot(nullif(rehabilitation_days, 0), 3), slot(nullif(palliative_care_days, 0), 3),
                slot(null, 89), slot(intended_management, 1)
            )
        ) as care,
        if(
            critical_care_days = 0,
            null,
            concat(
                '06', connection, '001', '01', slot('1', 8), flat_day(episode_start_date),
                slot(null, 53), flat_day(episode_start_date + critical_care_days::integer)
            )
        ) as critical_care
    from chosen
),

in_order as (
    select *
    from written
    order by interchange_no, activity_date, cds_unique_identifier, not is_first_of_two
)

select
    rtrim(unnest(list_filter(
        [person, diagnoses, procedures, care, critical_care],
        lambda line: line is not null
    ))) as line
from in_order;
