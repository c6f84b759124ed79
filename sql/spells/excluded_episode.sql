-- Live episodes that the edition's rules take out of the tariff.
--
-- Grain: one row per live episode that meets an exclusion rule.
-- Inputs: spell, spell_episode.
create or replace table excluded_episode as
select
    first_record as record_id,
    exclusion_line, -- the first rule in the file that it meets
from spell
where episodes = 1 and exclusion_line is not null
union all
select
    record_id,
    exclusion_line,
from spell_episode
where exclusion_line is not null;
