-- The registrations of a spell's patient, and whether each holds on the attribution date.
--
-- Grain: one row per registration of a valid NHS number. Variable: spell_id.
-- Inputs: spell, record, reference.registration.
select
    registration.practice_code,
    registration.start_date,
    registration.end_date,
    getvariable('asked_on') >= registration.start_date
    and coalesce(getvariable('asked_on') < registration.end_date, true) as holds,
from spell
inner join record on spell.first_record = record.rowid
inner join reference.registration on record.nhs_number = registration.nhs_number
where
    spell.spell_id = getvariable('spell_id')
    and nhs_number_is_valid(record.nhs_number)
order by registration.start_date desc, registration.practice_code asc
