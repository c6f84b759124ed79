-- Live episodes joined into stays: the first and the last of each, and what follows from dates and
-- admission alone.
--
-- Grain: one row per spell.
-- Inputs: spell_key, joined_episode, grouped_record (the first episode's), admission_method,
--         patient_classification, reference.tariff_edition.
--
-- Admission fields come from the first episode, even where they are blank; discharge fields from
-- the last; the discharge date is the greatest that any episode gives.
--
-- A view, with the first episode's record in it: a spell of one episode is made from it as it
-- streams by.
create or replace temp view stay as
with of_several as (
    select
        any_record,
        arg_min(
            record_id,
            {
                'start': episode_start_date,
                'number': episode_number,
                'key': cds_unique_identifier
            }
        ) as first_record,
        arg_max(
            record_id,
            {
                'end': episode_end_date,
                'number': episode_number,
                'key': cds_unique_identifier
            }
        ) as last_record,
    from joined_episode
    group by any_record
),

ends as (
    select
        spell_key.any_record,
        spell_key.episodes,
        spell_key.discharge_date as last_discharge_date,
        spell_key.days_paid_otherwise,
        coalesce(of_several.first_record, spell_key.any_record) as first_record,
        coalesce(of_several.last_record, spell_key.any_record) as last_record,
    from spell_key
    left join of_several on spell_key.any_record = of_several.any_record
),

method as (
    select
        code,
        cast("group" as admission_type) as admission_type,
    from admission_method
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
    ends.any_record,
    ends.episodes,
    ends.first_record,
    ends.last_record,
    record.* replace (ends.last_discharge_date as discharge_date),
    cast(date_trunc('month', ends.last_discharge_date) as date) as activity_month,
    edition_in_force.edition,
    date_diff('day', record.admission_date, ends.last_discharge_date) as length_of_stay,
    greatest(
        date_diff('day', record.admission_date, ends.last_discharge_date)
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
    pod_of(method.admission_type, patient_classification."group") as pod,
    method.admission_type,
from ends
inner join grouped_record as record on ends.first_record = record.record_id
inner join method on record.admission_method = method.code
inner join patient_classification on record.patient_classification = patient_classification.code
left join edition_in_force
    on financial_year_begins(ends.last_discharge_date) = edition_in_force.year_begins;
