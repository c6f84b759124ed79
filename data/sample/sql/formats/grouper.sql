-- Purpose: what a grouper makes of a flat file's records, since the flat form has no place for
--   an HRG: the sound records that have one. Column names as the grouper writes them.
-- Grain: one row per record grouped.
-- Inputs: outgoing; the variables delivery_no, from_day, to_day.
select
    provider_code as "PROCODET",
    provider_spell_number as "PROVSPNO",
    episode_number as "EPIORDER",
    patient_classification as "CLASSPAT",
    admission_method as "ADMIMETH",
    datediff('day', episode_start_date, episode_end_date) as "EPIDUR",
    main_specialty as "MAINSPEF",
    treatment_function as "TRETSPEF",
    primary_diagnosis as "DIAG_01",
    primary_procedure as "OPER_01",
    hrg_code as "FCE_HRG",
    spell_hrg_code as "SpellHRG"
from outgoing
where
    delivery_no = getvariable('delivery_no')
    and activity_date between getvariable('from_day') and getvariable('to_day')
    and fault is null
    and hrg_code is not null
order by interchange_no, activity_date, cds_unique_identifier;
