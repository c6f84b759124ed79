-- One practice's detail file, in the order of its sheets, which is that of detail_row.
--
-- Grain: one row per sheet and posting or spell.
-- Inputs: detail_row.
select detail_row.* exclude (holder)
from detail_row
where detail_row.holder = $practice
