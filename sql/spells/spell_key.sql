-- Live episodes counted by spell: how many there are, and what of the spell needs no order of them.
--
-- Grain: one row per spell, that is per provider and provider spell number.
-- Inputs: episode.
--
-- From here on a spell goes by one of its records, a number, where it can: what a join keeps of a
-- country's provider spell numbers does not fit into memory. The numbers themselves are kept only
-- of spells of several episodes, whose episodes have to be found by them.
create or replace temp table spell_key as
select
    min(record_id) as any_record,
    count(*) as episodes,
    max(discharge_date) as discharge_date,
    sum(
        coalesce(critical_care_days, 0)
        + coalesce(rehabilitation_days, 0)
        + coalesce(palliative_care_days, 0)
    ) as days_paid_otherwise,
    if(count(*) > 1, provider_code, null) as provider_code,
    if(count(*) > 1, provider_spell_number, null) as provider_spell_number,
from episode
group by episode.provider_code, episode.provider_spell_number;
