-- What each sheet of each detail file adds up to.
--
-- Grain: one row per practice and sheet.
-- Inputs: detail_row.
select
    holder as practice_code,
    sheet,
    count(*) as row_count,
    sum(total_price) as amount,
from detail_row
group by all
order by all
