-- Hospital provider spells: the stays that are priced.
--
-- Grain: one row per provider and provider spell number, those still open included.
-- Inputs: stay, spell_hrg; the macros with_exclusion_line (of its first episode, which is the only
--         one where there are not several) and hrg_of_one_episode.
--
-- What attribution asks of the first episode's record is kept here, as that record streams by.
create or replace table spell as
select
    spell_id_of(stay.provider_code, stay.provider_spell_number) as spell_id,
    stay.provider_code,
    stay.first_record, -- where admission, patient and practice are
    stay.last_record, -- where discharge comes from
    stay.nhs_number,
    stay.gp_practice_code,
    stay.gmp_code,
    stay.residence_commissioner,
    cast(stay.episodes as integer) as episodes,
    if(
        stay.episodes = 1,
        if(stay.exclusion_line is null, 1, 0),
        spell_hrg.included_episodes
    ) as included_episodes,
    stay.admission_date,
    stay.discharge_date, -- null while the spell is open
    stay.activity_month,
    cast(stay.length_of_stay as integer) as length_of_stay,
    cast(stay.adjusted_length_of_stay as integer) as adjusted_length_of_stay,
    cast(stay.age as integer) as age,
    stay.pod,
    stay.admission_type,
    stay.edition,
    if(
        stay.episodes = 1,
        hrg_of_one_episode(stay.hrg_code, stay.spell_hrg_code),
        spell_hrg.hrg_code
    ) as hrg_code,
    if(
        stay.episodes = 1,
        stay.exclusion_line is not null,
        spell_hrg.all_excluded
    ) as all_excluded,
    if(
        stay.episodes = 1,
        stay.exclusion_line,
        spell_hrg.exclusion_line
    ) as exclusion_line, -- the first rule in the file that any of its episodes meets
from with_exclusion_line('stay') as stay
left join spell_hrg on stay.first_record = spell_hrg.first_record;
