-- The lines 01 of a flat file's admitted care: header, person, agreement.
--
-- Grain: one row per record.
-- Inputs: line_01 (the fields of lines 01), code list other_cds_type.
create or replace temp table header_line as
select
    record_number,
    line_number as file_line,
    * exclude (
        record_number,
        line_number,
        version,
        applicable_date,
        applicable_time,
        extract_date,
        extract_time,
        period_start,
        period_end,
        cds_activity_date,
        birth_date
    ),
    datetime_of_digits(nullif(concat(applicable_date, applicable_time), ''))
        as cds_applicable_datetime,
    datetime_of_digits(nullif(concat(extract_date, extract_time), '')) as extract_datetime,
    date_of_digits(period_start) as period_start,
    date_of_digits(period_end) as period_end,
    date_of_digits(cds_activity_date) as cds_activity_date,
    date_of_digits(birth_date) as birth_date,
from line_01
where
    cds_record_type is null
    or cds_record_type not in (
        select code
        from code_list('other_cds_type')
    );

create or replace temp view feed_header as
select *
from header_line;
