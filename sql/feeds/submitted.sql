-- The records of a file whose records each name their own scope.
--
-- Grain: one row per record, in the order of the file.
-- Inputs: feed_record (the reader's: canonical fields as text, and how the record was sent),
--         feed_scope.
create or replace temp view submitted as
select
    feed_record.* exclude (
        record_number, sender, protocol, bulk_group, period_start, period_end, extract_datetime
    ),
    feed_scope.scope_number,
    feed_scope.sender,
    feed_scope.bulk_group as scope_bulk_group,
    feed_scope.period_start,
    feed_scope.period_end,
    feed_scope.effective_time as scope_time,
from feed_record
inner join feed_scope
    on
        feed_record.sender = feed_scope.sender_text
        and feed_record.prime_recipient is not distinct from feed_scope.prime_recipient_text
        and feed_record.protocol = feed_scope.protocol
        and (
            feed_record.protocol = '010'
            or (
                feed_record.bulk_group = feed_scope.bulk_group
                and feed_record.period_start = feed_scope.period_start_text
                and feed_record.period_end = feed_scope.period_end_text
                and feed_record.extract_datetime = feed_scope.extract_text
            )
        )
order by feed_record.record_number;
