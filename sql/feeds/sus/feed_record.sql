-- The rows of a SUS extract as records, each with how it was sent.
--
-- Grain: one row per row of the file.
-- Inputs: feed_row.
create or replace temp view feed_record as
select
    rowid as record_number,
    -- One line stands before the first.
    rowid + 2 as file_line,
    * exclude (interchange_id, generated_record_identifier),
    'generated_record_identifier=' || generated_record_identifier as kept,
from feed_row;

create or replace temp view feed_header as
select
    file_line,
    sender,
    prime_recipient,
    protocol,
    bulk_group,
    period_start,
    period_end,
    extract_datetime,
    cds_activity_date,
from feed_record;
