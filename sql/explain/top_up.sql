-- The rows of the edition's top-ups whose diagnosis or procedure a spell has, and whether it
-- qualifies by them.
--
-- Grain: one row per row of top_ups.csv that an included episode meets. Variable: spell_id.
-- Inputs: spell, episode, excluded_episode, reference.top_up, reference.top_up_provider.
with code_of_spell as (
    select
        spell.edition,
        spell.provider_code,
        spell.age,
        replace(
            concat(';', episode.primary_diagnosis, ';', episode.secondary_diagnoses), ' ', ''
        ) as diagnoses,
        replace(
            concat(';', episode.primary_procedure, ';', episode.secondary_procedures), ' ', ''
        ) as procedures,
    from spell
    inner join episode
        on
            spell.provider_code = episode.provider_code
            and spell_number_of(spell.spell_id, spell.provider_code)
            = episode.provider_spell_number
    where
        spell.spell_id = getvariable('spell_id')
        and episode.record_id not in (select record_id from excluded_episode)
)

select distinct
    top_up.line,
    top_up.service,
    top_up.rate_percent,
    top_up.field,
    top_up.value,
    top_up.minimum_age,
    top_up.maximum_age,
    top_up_provider.provider_code is not null as is_eligible,
    (top_up.minimum_age is null or coalesce(code_of_spell.age >= top_up.minimum_age, false))
    and (top_up.maximum_age is null or coalesce(code_of_spell.age <= top_up.maximum_age, false))
        as is_of_age,
from code_of_spell
inner join reference.top_up
    on
        code_of_spell.edition = top_up.edition
        and contains(
            if(top_up.field = 'diagnosis', code_of_spell.diagnoses, code_of_spell.procedures),
            ';' || top_up.value
        )
left join reference.top_up_provider
    on
        top_up.edition = top_up_provider.edition
        and top_up.service = top_up_provider.service
        and code_of_spell.provider_code = top_up_provider.provider_code
order by top_up.rate_percent desc, top_up.line asc
