-- Every record of the log, with the grouper's HRG where it has none of its own.
--
-- Grain: one row per record.
-- Inputs: record, grouped_episode.
--
-- A view: the record log holds the rows already, and never changes them. Only a record without an
-- HRG has an episode number to ask the grouper's results by. (As a condition beside the equalities
-- it would make DuckDB compare every record with every result.)
create or replace view grouped_record as
select
    record.rowid as record_id,
    record.* replace (
        coalesce(record.hrg_code, grouped_episode.hrg_code) as hrg_code,
        coalesce(record.hrg_version, grouped_episode.hrg_version) as hrg_version,
        coalesce(record.spell_hrg_code, grouped_episode.spell_hrg_code) as spell_hrg_code
    ),
from record
left join grouped_episode
    on
        record.provider_code = grouped_episode.provider_code
        and record.provider_spell_number = grouped_episode.provider_spell_number
        and if(record.hrg_code is null, record.episode_number, null)
        = grouped_episode.episode_number;
