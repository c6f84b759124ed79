-- The episodes of spells of several.
--
-- Grain: one row per live episode that is not its spell's only one.
-- Inputs: episode, spell_key.
create or replace temp table joined_episode as
select
    spell_key.any_record, -- the same for all episodes of a spell
    episode.record_id,
    episode.cds_unique_identifier,
    episode.episode_number,
    episode.episode_start_date,
    episode.episode_end_date,
from episode
inner join spell_key
    on
        episode.provider_code = spell_key.provider_code
        and episode.provider_spell_number = spell_key.provider_spell_number;
