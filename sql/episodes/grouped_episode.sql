-- The newest result of the HRG grouper for each episode, at the close's mark.
--
-- Grain: one row per provider, spell number and episode number.
-- Inputs: grouper_result.
create or replace table grouped_episode as
select
    provider_code,
    provider_spell_number,
    episode_number,
    arg_max_null(hrg_code, landing_number) as hrg_code,
    arg_max_null(hrg_version, landing_number) as hrg_version,
    arg_max_null(spell_hrg_code, landing_number) as spell_hrg_code,
from grouper_result
where landing_number <= getvariable('high_water')
group by provider_code, provider_spell_number, episode_number;
