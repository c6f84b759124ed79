-- What each sheet of each detail file adds up to.
--
-- Grain: one row per practice and sheet.
-- Inputs: detail_entry.
select
    holder as practice_code,
    sheet,
    count(*) as row_count,
    sum(sign * total_price) as amount,
from detail_entry
group by all
order by all
