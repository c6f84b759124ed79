-- Hospital provider spells: the stays that are priced.
--
-- Grain: one row per provider and provider spell number, those still open included.
-- Inputs: stay, spell_hrg.
--
-- What the first record says of the patient stays there, where first_record finds it: copies of
-- long texts would cost more than all the rest of the stage.
create or replace table spell as
select
    stay.provider_code || '-' || stay.provider_spell_number as spell_id,
    stay.provider_code,
    stay.provider_spell_number,
    stay.first_record, -- where admission, patient and practice are
    stay.last_record, -- where discharge comes from
    stay.episodes,
    spell_hrg.included_episodes,
    stay.admission_date,
    stay.discharge_date, -- null while the spell is open
    stay.activity_month,
    stay.length_of_stay,
    stay.adjusted_length_of_stay,
    stay.age,
    stay.pod,
    stay.admission_type,
    stay.edition,
    spell_hrg.hrg_code,
    spell_hrg.all_excluded,
    spell_hrg.exclusion_line, -- the first rule in the file that any of its episodes meets
from stay
inner join spell_hrg on stay.first_record = spell_hrg.first_record;
