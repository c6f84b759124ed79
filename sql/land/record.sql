-- Appends an interchange's records to the log, typed and checked one by one.
--
-- Grain: one row per record submitted, in the order of the file.
-- Inputs: submitted (the reader's view: canonical fields as text, with its scope).
--
-- There is no join here: a hash join would lose the order of the file, which is what gives a record
-- its line. The code lists are looked up in session variables instead.
--
-- A fault is written rule:field. What needs the whole file (E05) is left to quarantine.sql.
insert into record
with typed as (
    select
        submitted.file_line,
        submitted.kept,
        submitted.scope_number,
        submitted.sender,
        submitted.scope_bulk_group,
        submitted.period_start,
        submitted.period_end,
        submitted.scope_time,
        submitted.cds_unique_identifier,
        submitted.cds_record_type,
        submitted.cds_update_type,
        submitted.cds_applicable_datetime as cds_applicable_datetime_text,
        iso_datetime(submitted.cds_applicable_datetime) as cds_applicable_datetime,
        submitted.cds_activity_date as cds_activity_date_text,
        iso_date(submitted.cds_activity_date) as cds_activity_date,
        submitted.prime_recipient as prime_recipient_text,
        organisation_code(submitted.prime_recipient) as prime_recipient,
        submitted.nhs_number,
        submitted.nhs_number_status,
        submitted.local_patient_identifier,
        submitted.birth_date as birth_date_text,
        iso_date(submitted.birth_date) as birth_date,
        submitted.sex,
        submitted.postcode,
        submitted.residence_commissioner as residence_commissioner_text,
        organisation_code(submitted.residence_commissioner) as residence_commissioner,
        submitted.gp_practice_code,
        submitted.gmp_code,
        submitted.referrer_code,
        submitted.provider_code as provider_code_text,
        organisation_code(submitted.provider_code) as provider_code,
        submitted.commissioner_code as commissioner_code_text,
        organisation_code(submitted.commissioner_code) as commissioner_code,
        submitted.commissioning_serial_number,
        submitted.provider_spell_number,
        submitted.episode_number as episode_number_text,
        whole_number(submitted.episode_number) as episode_number,
        submitted.last_episode_in_spell,
        submitted.patient_classification,
        submitted.administrative_category,
        submitted.admission_method,
        submitted.source_of_admission,
        submitted.admission_date as admission_date_text,
        iso_date(submitted.admission_date) as admission_date,
        submitted.discharge_date as discharge_date_text,
        iso_date(submitted.discharge_date) as discharge_date,
        submitted.discharge_method,
        submitted.discharge_destination,
        submitted.episode_start_date as episode_start_date_text,
        iso_date(submitted.episode_start_date) as episode_start_date,
        submitted.episode_end_date as episode_end_date_text,
        iso_date(submitted.episode_end_date) as episode_end_date,
        submitted.intended_management,
        submitted.main_specialty,
        submitted.treatment_function,
        submitted.consultant_code,
        submitted.primary_diagnosis,
        submitted.secondary_diagnoses,
        submitted.primary_procedure,
        submitted.secondary_procedures,
        submitted.hrg_code,
        submitted.hrg_version,
        submitted.spell_hrg_code,
        submitted.critical_care_days as critical_care_days_text,
        whole_number(submitted.critical_care_days) as critical_care_days,
        submitted.rehabilitation_days as rehabilitation_days_text,
        whole_number(submitted.rehabilitation_days) as rehabilitation_days,
        submitted.palliative_care_days as palliative_care_days_text,
        whole_number(submitted.palliative_care_days) as palliative_care_days,
        submitted.scope_number is null as is_net_change,
        submitted.scope_number is null
        and coalesce(list_contains(getvariable('deletion_types'), submitted.cds_update_type), false)
            as is_deletion,
        getvariable('record_groups')[submitted.cds_record_type] as record_group,
        getvariable('bulk_groups')[submitted.cds_record_type] as bulk_group,
    from submitted
),

-- What every record is checked on, a deletion too: its first six fields.
checked_as_any as (
    select
        *,
        concat_ws(
            ';',
            case when cds_unique_identifier is null then 'E01:cds_unique_identifier' end,
            case when cds_record_type is null then 'E01:cds_record_type' end,
            case when is_net_change and cds_update_type is null then 'E01:cds_update_type' end,
            case
                when is_net_change and cds_applicable_datetime_text is null
                    then 'E01:cds_applicable_datetime'
            end,
            case when cds_activity_date_text is null then 'E01:cds_activity_date' end,
            case when length(cds_unique_identifier) > 35 then 'E02:cds_unique_identifier' end,
            case
                when
                    is_net_change
                    and cds_applicable_datetime_text is not null
                    and cds_applicable_datetime is null
                    then 'E02:cds_applicable_datetime'
            end,
            case
                when cds_activity_date_text is not null and cds_activity_date is null
                    then 'E02:cds_activity_date'
            end,
            case
                when cds_record_type is not null and record_group is null
                    then 'E03:cds_record_type'
            end,
            case
                when
                    is_net_change
                    and not list_contains(getvariable('update_types'), cds_update_type)
                    then 'E03:cds_update_type'
            end
        ) as faults_of_any,
    from typed
),

-- What a record of activity is checked on besides.
checked as (
    select
        *,
        case
            when is_deletion then faults_of_any
            else
                concat_ws(
                    ';',
                    nullif(faults_of_any, ''),
                    case
                        when local_patient_identifier is null then 'E01:local_patient_identifier'
                    end,
                    case when provider_code is null then 'E01:provider_code' end,
                    case when provider_spell_number is null then 'E01:provider_spell_number' end,
                    case when episode_number_text is null then 'E01:episode_number' end,
                    case when patient_classification is null then 'E01:patient_classification' end,
                    case when admission_method is null then 'E01:admission_method' end,
                    case when admission_date_text is null then 'E01:admission_date' end,
                    case when episode_start_date_text is null then 'E01:episode_start_date' end,
                    case
                        when record_group = 'finished' and episode_end_date_text is null
                            then 'E01:episode_end_date'
                    end,
                    case
                        when birth_date_text is not null and birth_date is null
                            then 'E02:birth_date'
                    end,
                    case
                        when not regexp_full_match(provider_code_text, '[0-9A-Z]{3,6}')
                            then 'E02:provider_code'
                    end,
                    case
                        when length(provider_spell_number) > 12 then 'E02:provider_spell_number'
                    end,
                    case
                        when
                            episode_number_text is not null
                            and coalesce(episode_number not between 1 and 87, true)
                            then 'E02:episode_number'
                    end,
                    case
                        when admission_date_text is not null and admission_date is null
                            then 'E02:admission_date'
                    end,
                    case
                        when discharge_date_text is not null and discharge_date is null
                            then 'E02:discharge_date'
                    end,
                    case
                        when episode_start_date_text is not null and episode_start_date is null
                            then 'E02:episode_start_date'
                    end,
                    case
                        when episode_end_date_text is not null and episode_end_date is null
                            then 'E02:episode_end_date'
                    end,
                    case
                        when
                            critical_care_days_text is not null
                            and coalesce(critical_care_days < 0, true)
                            then 'E02:critical_care_days'
                    end,
                    case
                        when
                            rehabilitation_days_text is not null
                            and coalesce(rehabilitation_days < 0, true)
                            then 'E02:rehabilitation_days'
                    end,
                    case
                        when
                            palliative_care_days_text is not null
                            and coalesce(palliative_care_days < 0, true)
                            then 'E02:palliative_care_days'
                    end,
                    case
                        when
                            not list_contains(
                                getvariable('patient_classifications'), patient_classification
                            )
                            then 'E03:patient_classification'
                    end,
                    case
                        when
                            not list_contains(
                                getvariable('administrative_categories'), administrative_category
                            )
                            then 'E03:administrative_category'
                    end,
                    case
                        when
                            not list_contains(
                                getvariable('admission_methods'), admission_method
                            )
                            then 'E03:admission_method'
                    end,
                    case
                        when discharge_date < admission_date then 'E04:discharge_date'
                    end,
                    case
                        when
                            episode_end_date < episode_start_date
                            or episode_end_date > discharge_date
                            then 'E04:episode_end_date'
                    end,
                    case
                        when episode_start_date < admission_date then 'E04:episode_start_date'
                    end,
                    case
                        when cds_activity_date not between period_start and period_end
                            then 'E06:cds_activity_date'
                    end,
                    case when bulk_group <> scope_bulk_group then 'E06:cds_record_type' end,
                    case
                        when
                            birth_date < date '1880-01-01'
                            or birth_date > admission_date
                            or birth_date > cds_activity_date
                            then 'E07:birth_date'
                    end
                )
        end as faults,
    from checked_as_any
)

select
    getvariable('landing_number') as landing_number,
    file_line,
    scope_number,
    sender,
    case when is_net_change then cds_applicable_datetime else scope_time end as effective_time,
    cds_unique_identifier,
    cds_record_type,
    cds_update_type,
    cds_applicable_datetime,
    cds_activity_date,
    prime_recipient,
    nhs_number,
    nhs_number_status,
    local_patient_identifier,
    birth_date,
    sex,
    postcode,
    residence_commissioner,
    gp_practice_code,
    gmp_code,
    referrer_code,
    provider_code,
    commissioner_code,
    commissioning_serial_number,
    provider_spell_number,
    episode_number,
    last_episode_in_spell,
    patient_classification,
    administrative_category,
    admission_method,
    source_of_admission,
    admission_date,
    discharge_date,
    discharge_method,
    discharge_destination,
    episode_start_date,
    episode_end_date,
    intended_management,
    main_specialty,
    treatment_function,
    consultant_code,
    primary_diagnosis,
    secondary_diagnoses,
    primary_procedure,
    secondary_procedures,
    hrg_code,
    hrg_version,
    spell_hrg_code,
    critical_care_days,
    rehabilitation_days,
    palliative_care_days,
    nullif(
        concat_ws(
            chr(10),
            kept,
            case
                when cds_applicable_datetime is null and cds_applicable_datetime_text is not null
                    then 'cds_applicable_datetime=' || cds_applicable_datetime_text
            end,
            case
                when cds_activity_date is null
                    then 'cds_activity_date=' || cds_activity_date_text
            end,
            case
                when prime_recipient <> prime_recipient_text
                    then 'prime_recipient=' || prime_recipient_text
            end,
            case when birth_date is null then 'birth_date=' || birth_date_text end,
            case
                when residence_commissioner <> residence_commissioner_text
                    then 'residence_commissioner=' || residence_commissioner_text
            end,
            case
                when provider_code <> provider_code_text
                    then 'provider_code=' || provider_code_text
            end,
            case
                when commissioner_code <> commissioner_code_text
                    then 'commissioner_code=' || commissioner_code_text
            end,
            case
                when episode_number_text is distinct from cast(episode_number as varchar)
                    then 'episode_number=' || episode_number_text
            end,
            case when admission_date is null then 'admission_date=' || admission_date_text end,
            case when discharge_date is null then 'discharge_date=' || discharge_date_text end,
            case
                when episode_start_date is null
                    then 'episode_start_date=' || episode_start_date_text
            end,
            case
                when episode_end_date is null then 'episode_end_date=' || episode_end_date_text
            end,
            case
                when critical_care_days_text is distinct from cast(critical_care_days as varchar)
                    then 'critical_care_days=' || critical_care_days_text
            end,
            case
                when rehabilitation_days_text is distinct from cast(rehabilitation_days as varchar)
                    then 'rehabilitation_days=' || rehabilitation_days_text
            end,
            case
                when
                    palliative_care_days_text is distinct from cast(palliative_care_days as varchar)
                    then 'palliative_care_days=' || palliative_care_days_text
            end
        ),
        ''
    ) as as_submitted,
    nullif(faults, '') as faults,
from checked;
