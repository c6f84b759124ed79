-- A grouper's results that an episode can be joined to; of several for one episode the last.
--
-- Grain: one row per provider, spell number and episode number.
-- Inputs: feed_row.
create or replace temp table submitted_result as
select
    organisation_code(provider_code) as provider_code,
    provider_spell_number,
    whole_number(episode_number) as episode_number,
    arg_max_null(hrg_code, rowid) as hrg_code,
    arg_max_null(spell_hrg_code, rowid) as spell_hrg_code,
from feed_row
where
    provider_code is not null
    and provider_spell_number is not null
    and whole_number(episode_number) is not null
group by 1, 2, 3;
