-- Live episodes joined into stays, with what follows from dates and admission alone.
--
-- Grain: one row per spell, that is per provider and provider spell number.
-- Inputs: episode, record (the first episode's), admission_method, patient_classification,
--         reference.tariff_edition.
--
-- Admission fields come from the first episode, even where they are blank; discharge fields from
-- the last; the discharge date is the greatest that any episode gives.
create or replace temp table stay as
with spell_key as (
    select
        provider_code,
        provider_spell_number,
        count(*) as episodes,
        arg_min(
            record_id,
            { 'start': episode_start_date, 'number': episode_number, 'key': cds_unique_identifier }
        ) as first_record,
        arg_max(
            record_id,
            { 'end': episode_end_date, 'number': episode_number, 'key': cds_unique_identifier }
        ) as last_record,
        max(discharge_date) as discharge_date,
        sum(
            coalesce(critical_care_days, 0)
            + coalesce(rehabilitation_days, 0)
            + coalesce(palliative_care_days, 0)
        ) as days_paid_otherwise,
    from episode
    group by provider_code, provider_spell_number
),

edition_in_force as (
    select
        financial_year,
        arg_max(edition, number) as edition,
    from reference.tariff_edition
    group by financial_year
)

select
    spell_key.provider_code,
    spell_key.provider_spell_number,
    spell_key.episodes,
    spell_key.first_record,
    spell_key.last_record,
    record.admission_date,
    spell_key.discharge_date,
    cast(date_trunc('month', spell_key.discharge_date) as date) as activity_month,
    edition_in_force.edition,
    date_diff('day', record.admission_date, spell_key.discharge_date) as length_of_stay,
    greatest(
        date_diff('day', record.admission_date, spell_key.discharge_date)
        - spell_key.days_paid_otherwise,
        0
    ) as adjusted_length_of_stay,
    year(record.admission_date) - year(record.birth_date)
    - if(
        month(record.admission_date) * 100 + day(record.admission_date)
        < month(record.birth_date) * 100 + day(record.birth_date),
        1,
        0
    ) as age,
    pod_of(admission_method."group", patient_classification."group") as pod,
    admission_method."group" as admission_type,
from spell_key
inner join record on spell_key.first_record = record.rowid
inner join admission_method on record.admission_method = admission_method.code
inner join patient_classification on record.patient_classification = patient_classification.code
left join edition_in_force
    on financial_year(spell_key.discharge_date) = edition_in_force.financial_year;
