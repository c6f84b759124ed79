-- The live episodes of a spell, in their order, with what makes one of them dominant.
--
-- Grain: one row per live episode. Variable: spell_id.
-- Inputs: spell, episode, excluded_episode, reference.procedure_rank, reference.exclusion.
with mine as (
    select
        episode.record_id,
        spell.edition,
        episode.episode_number,
        episode.episode_start_date,
        episode.episode_end_date,
        episode.cds_unique_identifier,
        episode.hrg_code,
        episode.spell_hrg_code,
        episode.primary_procedure,
        episode.secondary_procedures,
    from spell
    inner join episode
        on
            spell.provider_code = episode.provider_code
            and spell_number_of(spell.spell_id, spell.provider_code)
            = episode.provider_spell_number
    where spell.spell_id = getvariable('spell_id')
),

procedure_of_episode as (
    select
        record_id,
        edition,
        unnest(
            list_append(string_split(coalesce(secondary_procedures, ''), ';'), primary_procedure)
        ) as procedure_code,
    from mine
),

ranked as (
    select
        procedure_of_episode.record_id,
        min(procedure_rank.rank) as best_rank,
        arg_min(procedure_rank.procedure_code, procedure_rank.rank) as best_procedure,
    from procedure_of_episode
    inner join reference.procedure_rank
        on
            procedure_of_episode.edition = procedure_rank.edition
            and trim(procedure_of_episode.procedure_code) = procedure_rank.procedure_code
    group by procedure_of_episode.record_id
)

select
    mine.episode_number,
    mine.episode_start_date,
    mine.episode_end_date,
    date_diff('day', mine.episode_start_date, mine.episode_end_date) as nights,
    mine.hrg_code,
    mine.spell_hrg_code,
    ranked.best_procedure,
    ranked.best_rank,
    excluded_episode.record_id is not null as is_excluded,
    exclusion.rule as exclusion_rule,
    exclusion.reason as exclusion_reason,
from mine
left join ranked on mine.record_id = ranked.record_id
left join excluded_episode on mine.record_id = excluded_episode.record_id
left join reference.exclusion
    on mine.edition = exclusion.edition and excluded_episode.exclusion_line = exclusion.line
order by mine.episode_start_date, mine.episode_number, mine.cds_unique_identifier
