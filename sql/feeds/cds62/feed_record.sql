-- The records of a flat file, put together from their lines.
--
-- Grain: one row per record.
-- Inputs: feed_header, feed_line, line_05, line_06, the variable code_repeats (where the repeats of
--         a line type begin, and their width).
--
-- The first repeat of the line numbered 001 is the primary code, all others are secondary.
create or replace temp view feed_record as
with care as (
    select
        record_number,
        * exclude (
            record_number,
            line_number,
            admission_date,
            discharge_date,
            episode_start_date,
            episode_end_date
        ),
        date_of_digits(admission_date) as admission_date,
        date_of_digits(discharge_date) as discharge_date,
        date_of_digits(episode_start_date) as episode_start_date,
        date_of_digits(episode_end_date) as episode_end_date,
    from line_05
),

coded_line as (
    select
        record_number,
        line_type,
        line_count,
        list_transform(
            range(
                getvariable('code_repeats')[line_type][1],
                length(rtrim(line)) + 1,
                getvariable('code_repeats')[line_type][2]
            ),
            lambda place: trim(substr(line, place, 6))
        ) as codes,
    from feed_line
    where line_type in ('02', '03')
),

-- Nearly every record has one line at most of either type: only of the others is there anything to
-- put together.
further as (
    select
        record_number,
        line_type,
        flatten(list(codes order by line_count)) as codes,
    from coded_line
    where line_count <> '001'
    group by record_number, line_type
),

coded as (
    select
        record_number,
        line_type,
        nullif(first_line.codes[1], '') as primary_code,
        nullif(
            array_to_string(
                list_filter(
                    list_concat(first_line.codes[2:], further.codes), lambda code: code <> ''
                ),
                ';'
            ),
            ''
        ) as secondary_codes,
    from (
        select *
        from coded_line
        where line_count = '001'
    ) as first_line
    full outer join further using (record_number, line_type)
),

critical_care as (
    select
        record_number,
        critical_care_days(
            list(date_of_digits(start_date) order by line_number),
            list(date_of_digits(discharge_date) order by line_number)
        ) as critical_care_days,
    from line_06
    group by record_number
)

select
    feed_header.*,
    care.* exclude (record_number),
    diagnosis.primary_code as primary_diagnosis,
    diagnosis.secondary_codes as secondary_diagnoses,
    operation.primary_code as primary_procedure,
    operation.secondary_codes as secondary_procedures,
    critical_care.critical_care_days,
    cast(null as varchar) as hrg_code,
    cast(null as varchar) as hrg_version,
    cast(null as varchar) as spell_hrg_code,
    cast(null as varchar) as kept,
from feed_header
left join care using (record_number)
left join coded as diagnosis
    on feed_header.record_number = diagnosis.record_number and diagnosis.line_type = '02'
left join coded as operation
    on feed_header.record_number = operation.record_number and operation.line_type = '03'
left join critical_care on feed_header.record_number = critical_care.record_number;
