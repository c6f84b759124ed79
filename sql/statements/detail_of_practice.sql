-- One practice's detail file, in the order of its sheets.
--
-- Grain: one row per sheet and posting or spell.
-- Inputs: detail_row.
select detail_row.* exclude (holder)
from detail_row
where detail_row.holder = $practice
order by
    detail_row.sheet asc,
    cast(split_part(detail_row.charge_reference, '-', -1) as integer) asc,
    detail_row.activity_month asc,
    detail_row.provider_code asc,
    detail_row.provider_spell_number asc,
    detail_row.kind desc
