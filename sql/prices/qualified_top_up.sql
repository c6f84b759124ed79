-- The specialised service top-up that a spell qualifies for: the highest rate, of equals the first
-- in the file.
--
-- Grain: one row per spell that qualifies for any.
-- Inputs: spell, episode, excluded_episode, reference.top_up, reference.top_up_provider.
--
-- A spell qualifies by a diagnosis or procedure, in any position, of any episode that is not
-- excluded, at a provider eligible for the service, within the age bounds if there are any. A list
-- of codes may come with blanks after its semicolons.
create or replace temp table qualified_top_up as
with eligible as (
    select
        spell.first_record,
        spell.provider_code,
        spell_number_of(spell.spell_id, spell.provider_code) as provider_spell_number,
        top_up.service,
        top_up.rate_percent,
        top_up.line,
        top_up.field,
        top_up.value,
    from spell
    inner join reference.top_up_provider
        on
            spell.edition = top_up_provider.edition
            and spell.provider_code = top_up_provider.provider_code
    inner join reference.top_up
        on
            top_up_provider.edition = top_up.edition
            and top_up_provider.service = top_up.service
    where
        spell.discharge_date <= getvariable('period_end')
        and (top_up.minimum_age is null or coalesce(spell.age >= top_up.minimum_age, false))
        and (top_up.maximum_age is null or coalesce(spell.age <= top_up.maximum_age, false))
),

met as (
    select
        eligible.first_record,
        eligible.service,
        eligible.rate_percent,
        eligible.line,
    from eligible
    inner join episode
        on
            eligible.provider_code = episode.provider_code
            and eligible.provider_spell_number = episode.provider_spell_number
    where
        episode.record_id not in (select record_id from excluded_episode)
        and case eligible.field
            when 'diagnosis'
                then
                    contains(
                        replace(
                            concat(
                                ';', episode.primary_diagnosis,
                                ';', episode.secondary_diagnoses
                            ),
                            ' ',
                            ''
                        ),
                        ';' || eligible.value
                    )
            when 'procedure'
                then
                    contains(
                        replace(
                            concat(
                                ';', episode.primary_procedure,
                                ';', episode.secondary_procedures
                            ),
                            ' ',
                            ''
                        ),
                        ';' || eligible.value
                    )
        end
)

select
    first_record,
    arg_max(service, { 'rate': rate_percent, 'line': -line }) as service,
    max(rate_percent) as rate_percent,
from met
group by first_record;
