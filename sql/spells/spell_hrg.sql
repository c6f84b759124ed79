-- The rule that gives a spell its HRG. Another rule can take this file's place.
--
-- Grain: one row per spell of several episodes; what a spell of one has is said by the macro.
-- Inputs: spell_episode, record, reference.procedure_rank.
--
-- Among the episodes not excluded, or among all if all are: the spell HRG that the last episode
-- which has one was submitted with; else the HRG of the dominant episode, of those that are grouped
-- if any is: the best ranked procedure, then the longest, then the earliest start, then the lowest
-- episode number. A spell of one episode has that one's.
create or replace temp macro hrg_of_one_episode(hrg_code, spell_hrg_code) as
coalesce(spell_hrg_code, hrg_code);

create or replace temp table spell_hrg as
with in_question as (
    -- Where procedures may decide: spells without a spell HRG as submitted, or where an excluded
    -- episode may be the one that has it.
    select first_record
    from spell_episode
    group by first_record
    having count(spell_hrg_code) = 0 or count(exclusion_line) > 0
),

procedure_of_episode as (
    select
        spell_episode.record_id,
        spell_episode.edition,
        unnest(
            list_append(
                string_split(coalesce(record.secondary_procedures, ''), ';'),
                record.primary_procedure
            )
        ) as procedure_code,
    from spell_episode
    inner join in_question on spell_episode.first_record = in_question.first_record
    inner join record on spell_episode.record_id = record.rowid
),

episode_rank as (
    select
        procedure_of_episode.record_id,
        min(procedure_rank.rank) as best_rank,
    from procedure_of_episode
    inner join reference.procedure_rank
        on
            procedure_of_episode.edition = procedure_rank.edition
            and trim(procedure_of_episode.procedure_code) = procedure_rank.procedure_code
    group by procedure_of_episode.record_id
),

candidate as (
    select
        spell_episode.first_record,
        spell_episode.exclusion_line,
        spell_episode.hrg_code,
        spell_episode.spell_hrg_code,
        {
            'start': spell_episode.episode_start_date,
            'number': spell_episode.episode_number,
            'key': spell_episode.cds_unique_identifier
        } as place,
        {
            'grouped': if(spell_episode.hrg_code not like 'U%', 0, 1),
            'rank': coalesce(episode_rank.best_rank, 2147483647),
            'shortness': -date_diff(
                'day', spell_episode.episode_start_date, spell_episode.episode_end_date
            ),
            'start': spell_episode.episode_start_date,
            'number': spell_episode.episode_number,
            'key': spell_episode.cds_unique_identifier
        } as dominance,
    from spell_episode
    left join episode_rank on spell_episode.record_id = episode_rank.record_id
)

select
    first_record,
    bool_and(exclusion_line is not null) as all_excluded,
    min(exclusion_line) as exclusion_line,
    count(*) filter (where exclusion_line is null) as included_episodes,
    case
        when bool_and(exclusion_line is not null)
            then
                coalesce(
                    arg_max(spell_hrg_code, place) filter (where spell_hrg_code is not null),
                    arg_min_null(hrg_code, dominance)
                )
        else
            coalesce(
                arg_max(spell_hrg_code, place) filter (
                    where spell_hrg_code is not null and exclusion_line is null
                ),
                arg_min_null(hrg_code, dominance) filter (where exclusion_line is null)
            )
    end as hrg_code,
from candidate
group by first_record;
