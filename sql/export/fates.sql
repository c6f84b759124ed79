-- Export `fates`: what became of the records of each interchange, at the close's mark.
--
-- Grain: one row per interchange and fate that has any records.
-- Inputs: interchange_fate, of the fates of identifiers worked out anew.
select *
from interchange_fate('last_good_record')
order by sender, interchange_id, fate
