-- The episodes of spells of several, with what exclusion rules ask of each.
--
-- Grain: one row per live episode that is not its spell's only one.
-- Inputs: joined_episode, stay, grouped_record.
create or replace temp view asked_episode as
select
    stay.first_record,
    stay.edition,
    stay.pod,
    grouped_record.*,
from joined_episode
inner join stay on joined_episode.any_record = stay.any_record
inner join grouped_record on joined_episode.record_id = grouped_record.record_id
where stay.episodes > 1;
