-- The practices of the general practitioner submitted, and whether each holds on the attribution
-- date.
--
-- Grain: one row per practice and time of the practitioner. Variable: spell_id.
-- Inputs: spell, record, reference.gp.
select
    gp.practice_code,
    gp.start_date,
    gp.end_date,
    getvariable('asked_on') between gp.start_date and coalesce(gp.end_date, date '9999-12-31')
        as holds,
from spell
inner join record on spell.first_record = record.rowid
inner join reference.gp on record.gmp_code = gp.gmp_code
where spell.spell_id = getvariable('spell_id')
order by gp.start_date desc, gp.practice_code asc
