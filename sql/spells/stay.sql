-- Live episodes joined into stays, with what follows from dates and admission alone.
--
-- Grain: one row per spell, that is per provider and provider spell number.
-- Inputs: episode, record (the first episode's), admission_method, patient_classification,
--         reference.tariff_edition.
--
-- Admission fields come from the first episode, even where they are blank; discharge fields from
-- the last; the discharge date is the greatest that any episode gives.
--
-- Only spells of several episodes are asked for their first and last by all that decides it: what
-- an aggregate keeps of a text for each spell stays in memory, and would not fit for a country's.
create or replace temp table stay as
with spell_key as (
    select
        provider_code,
        provider_spell_number,
        count(*) as episodes,
        min(record_id) as only_record,
        max(discharge_date) as discharge_date,
        sum(
            coalesce(critical_care_days, 0)
            + coalesce(rehabilitation_days, 0)
            + coalesce(palliative_care_days, 0)
        ) as days_paid_otherwise,
    from episode
    group by provider_code, provider_spell_number
),

of_several as (
    select
        episode.provider_code,
        episode.provider_spell_number,
        arg_min(
            episode.record_id,
            {
                'start': episode.episode_start_date,
                'number': episode.episode_number,
                'key': episode.cds_unique_identifier
            }
        ) as first_record,
        arg_max(
            episode.record_id,
            {
                'end': episode.episode_end_date,
                'number': episode.episode_number,
                'key': episode.cds_unique_identifier
            }
        ) as last_record,
    from episode
    inner join spell_key
        on
            episode.provider_code = spell_key.provider_code
            and episode.provider_spell_number = spell_key.provider_spell_number
    where spell_key.episodes > 1
    group by episode.provider_code, episode.provider_spell_number
),

ends as (
    select
        spell_key.* exclude (only_record),
        coalesce(of_several.first_record, spell_key.only_record) as first_record,
        coalesce(of_several.last_record, spell_key.only_record) as last_record,
    from spell_key
    left join of_several
        on
            spell_key.provider_code = of_several.provider_code
            and spell_key.provider_spell_number = of_several.provider_spell_number
),

edition_in_force as (
    select
        -- A number, since millions of days are asked for their year.
        cast(left(financial_year, 4) as integer) as year_begins,
        arg_max(edition, number) as edition,
    from reference.tariff_edition
    group by financial_year
)

select
    ends.provider_code,
    ends.provider_spell_number,
    ends.episodes,
    ends.first_record,
    ends.last_record,
    record.admission_date,
    ends.discharge_date,
    cast(date_trunc('month', ends.discharge_date) as date) as activity_month,
    edition_in_force.edition,
    date_diff('day', record.admission_date, ends.discharge_date) as length_of_stay,
    greatest(
        date_diff('day', record.admission_date, ends.discharge_date)
        - ends.days_paid_otherwise,
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
from ends
inner join record on ends.first_record = record.rowid
inner join admission_method on record.admission_method = admission_method.code
inner join patient_classification on record.patient_classification = patient_classification.code
left join edition_in_force
    on financial_year_begins(ends.discharge_date) = edition_in_force.year_begins;
