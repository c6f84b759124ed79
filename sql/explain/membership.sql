-- The memberships of the practice that a spell is attributed to.
--
-- Grain: one row per membership. Variable: spell_id.
-- Inputs: spell, attributed_spell, reference.membership.
select
    membership.commissioner_code,
    membership.start_date,
    membership.end_date,
    getvariable('asked_on')
    between membership.start_date and coalesce(membership.end_date, date '9999-12-31') as holds,
from spell
inner join attributed_spell on spell.first_record = attributed_spell.first_record
inner join reference.membership on attributed_spell.practice_code = membership.practice_code
where spell.spell_id = getvariable('spell_id')
order by membership.start_date, membership.commissioner_code
