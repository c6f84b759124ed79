-- Purpose: takes a message in hand for sending, if it still may be sent.
-- Grain: one message; none if another sender has it, it is not due, its approval was withdrawn, or
-- its statement is marked as issued.
-- Inputs: message, approval, marked_issued; :statement_number, :recipient, :message_id, :sender,
-- :now.
update message
set
    state = 'sending',
    sender = :sender,
    attempts = attempts + 1,
    next_attempt = null,
    reply = null,
    changed_at = :now
where
    statement_number = :statement_number
    and recipient = :recipient
    and message_id = :message_id
    and withdrawn is null
    and (state = 'queued' or (state = 'failed' and next_attempt <= :now))
    and approval_id = (
        select max(latest.approval_id)
        from approval as latest
        where latest.statement_number = :statement_number
    )
    and exists (
        select 1
        from approval as given
        where given.approval_id = message.approval_id and given.decision = 'approved'
    )
    and not exists (
        select 1
        from marked_issued
        where marked_issued.statement_number = :statement_number
    );
