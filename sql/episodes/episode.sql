-- The finished consultant episodes that are live: records of types 120, 130 and 140.
--
-- Grain: one row per live CDS unique identifier of hospital care.
-- Inputs: live_record, record, grouped_episode.
--
-- A view: the record log holds the rows already, and never changes them. An episode without an HRG
-- of its own has the grouper's: only such a one has an episode number to ask for it by. (As a
-- condition beside the equalities it would make DuckDB compare every episode with every result.)
create or replace view episode as
select
    live_record.record_id,
    live_record.correction_quarantined,
    record.* replace (
        coalesce(record.hrg_code, grouped_episode.hrg_code) as hrg_code,
        coalesce(record.hrg_version, grouped_episode.hrg_version) as hrg_version,
        coalesce(record.spell_hrg_code, grouped_episode.spell_hrg_code) as spell_hrg_code
    ),
from live_record
inner join record on live_record.record_id = record.rowid
left join grouped_episode
    on
        record.provider_code = grouped_episode.provider_code
        and record.provider_spell_number = grouped_episode.provider_spell_number
        and if(record.hrg_code is null, record.episode_number, null)
        = grouped_episode.episode_number
where live_record.fate = 'live' and live_record.record_group = 'finished';
