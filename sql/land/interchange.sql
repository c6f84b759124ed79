-- One row for the interchange that is being landed.
insert into interchange (
    landing_number,
    content_sha256,
    file_name,
    format,
    interchange_id,
    sender,
    prime_recipient,
    protocol,
    period_start,
    period_end,
    extract_datetime,
    declared_records,
    records,
    passed_over,
    first_record
)
values (
    $landing_number,
    $content_sha256,
    $file_name,
    $format,
    $interchange_id,
    $sender,
    $prime_recipient,
    $protocol,
    $period_start,
    $period_end,
    $extract_datetime,
    $declared_records,
    $records,
    $passed_over,
    $first_record
);
