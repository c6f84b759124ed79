-- Purpose: takes back what is not to be sent any more and never left.
-- Grain: one row for each message taken back.
-- Inputs: message; :statement_number, :recipient, :because, :now.
update message
set
    state = 'failed',
    next_attempt = null,
    withdrawn = :because,
    reply = :because,
    changed_at = :now
where
    statement_number = :statement_number
    and recipient = :recipient
    and state in ('queued', 'failed')
    and withdrawn is null;
