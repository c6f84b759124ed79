-- What is passed over: records of other data sets, and of admitted care the lines not used.
--
-- Grain: one row.
-- Inputs: feed_line, feed_header.
select
    count(*) filter (where line_type = '01' and feed_header.record_number is null)
    + count(*) filter (
        where
        feed_header.record_number is not null
        and line_type not in ('01', '02', '03', '05', '06')
    ) as passed_over,
from feed_line
left join feed_header using (record_number)
