-- Purpose: which quarantine rules a planted fault breaks, and in which fields.
-- Grain: one row per fault.
create or replace table rule_of_fault as
select
    faults.fault,
    faults.rules,
    faults.fields
from (
    values
    ('blank identifier', 'E01', 'local_patient_identifier'),
    ('blank method', 'E01', 'admission_method'),
    ('no such day', 'E02', 'admission_date'),
    ('episode number', 'E02', 'episode_number'),
    ('unknown method', 'E03', 'admission_method'),
    ('unknown classification', 'E03', 'patient_classification'),
    ('unknown category', 'E03', 'administrative_category'),
    ('discharge before admission', 'E04', 'discharge_date;episode_end_date'),
    ('end before start', 'E04', 'episode_end_date'),
    ('doubled', 'E05', 'cds_unique_identifier'),
    ('outside the period', 'E06', 'cds_activity_date'),
    ('outside the group', 'E06', 'cds_record_type'),
    ('born long ago', 'E07', 'birth_date'),
    ('born after admission', 'E07', 'birth_date'),
    ('blank and unknown', 'E01;E03', 'local_patient_identifier;admission_method')
) as faults (fault, rules, fields);
