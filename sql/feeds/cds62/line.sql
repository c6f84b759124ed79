-- The lines of a flat file, padded or cut off as they were sent.
--
-- Grain: one row per line, in the order of the file; a record begins at each line 01.
-- Inputs: the file, the variables feed_path and feed_compression.
--
-- The window has a frame but no order, so that DuckDB counts while it reads, without a sort. That
-- is beyond sqlfluff's parser, which passes over it and lints the rest.
-- sqlfluff:ignore:parsing
create or replace temp table feed_line as
select
    row_number() over () as line_number,
    cast(
        sum(if(starts_with(line, '01'), 1, 0)) over (
            rows between unbounded preceding and current row
        ) as integer
    ) as record_number,
    left(line, 2) as line_type,
    substr(line, 3, 35) as connection,
    substr(line, 38, 3) as line_count,
    line,
from
    read_csv(
        getvariable('feed_path'),
        columns = { 'line': 'varchar' },
        header = false,
        auto_detect = false,
        -- A character that no text has, so that a line is one field; whatever has it is rejected.
        delim = chr(31),
        quote = '',
        escape = '',
        strict_mode = true,
        compression = getvariable('feed_compression'),
        store_rejects = true,
        rejects_limit = 100
    );
