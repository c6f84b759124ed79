-- Appends a grouper's results.
--
-- Grain: one row per provider, spell number and episode number, of one landing.
-- Inputs: submitted_result.
insert into grouper_result
select
    getvariable('landing_number') as landing_number,
    provider_code,
    provider_spell_number,
    episode_number,
    hrg_code,
    null as hrg_version,
    spell_hrg_code,
from submitted_result
order by provider_code, provider_spell_number, episode_number;
