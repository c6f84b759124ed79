-- One row for the interchange that is being landed.
insert into interchange by name
select
    $landing_number as landing_number,
    $content_sha256 as content_sha256,
    $file_name as file_name,
    $format as format,
    $interchange_id as interchange_id,
    $sender as sender,
    $prime_recipient as prime_recipient,
    $protocol as protocol,
    $period_start as period_start,
    $period_end as period_end,
    $extract_datetime as extract_datetime,
    $declared_records as declared_records,
    $records as records,
    $passed_over as passed_over,
    $first_record as first_record;
