-- The episodes of spells of several, each with the first exclusion rule that it meets.
--
-- Grain: one row per live episode that is not its spell's only one.
-- Inputs: asked_episode; the table macro with_exclusion_line.
create or replace temp table spell_episode as
select
    first_record,
    edition,
    record_id,
    cds_unique_identifier,
    episode_number,
    episode_start_date,
    episode_end_date,
    hrg_code,
    spell_hrg_code,
    exclusion_line,
from with_exclusion_line('asked_episode');
