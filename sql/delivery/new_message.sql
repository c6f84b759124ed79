-- Purpose: queues a message, or a changed one in the place of one that never left.
-- Grain: one message; none if it left, may have left, or is being sent.
-- Inputs: the message's columns as parameters.
insert into message (
    statement_number, recipient, practice_code, period, revision, approval_id, message_id,
    queued_at, state, changed_at
)
values (
    :statement_number, :recipient, :practice_code, :period, :revision, :approval_id, :message_id,
    :now, 'queued', :now
)
on conflict (statement_number, recipient) do update set
    approval_id = excluded.approval_id,
    message_id = excluded.message_id,
    queued_at = excluded.queued_at,
    state = 'queued',
    attempts = 0,
    next_attempt = null,
    reply = null,
    withdrawn = null,
    changed_at = excluded.changed_at
where message.state in ('queued', 'failed');
