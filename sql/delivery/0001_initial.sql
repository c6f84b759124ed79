-- Delivery's books of one commissioner, schema version 1: who approved what, what lies ready to go
-- and what went, and who did what. Times are UTC, ISO 8601 to the microsecond, so that they sort.

-- One row per decision on a statement; the latest one of a statement counts.
create table approval (
    approval_id integer primary key autoincrement,
    statement_number text not null,
    practice_code text not null,
    period text not null,
    revision integer not null,
    decision text not null check (decision in ('approved', 'rejected')),
    decided_at text not null,
    decided_by text not null,
    how text not null check (how in ('command line', 'airflow', 'automatic')),
    contents text not null, -- JSON: SHA-256 of statement.json and of each document, by file name
    recipients text not null -- JSON: the practice's rows of recipients.csv
) strict;

create index approval_of_statement on approval (statement_number);

-- One row per statement and recipient: the outbox.
create table message (
    statement_number text not null,
    recipient text not null,
    practice_code text not null,
    period text not null,
    revision integer not null,
    approval_id integer not null references approval,
    message_id text not null unique, -- the e-mail's Message-ID, the same at every attempt
    queued_at text not null, -- the e-mail's date
    state text not null check (state in ('queued', 'sending', 'sent', 'failed', 'unknown')),
    attempts integer not null default 0,
    next_attempt text, -- of a failed one: when it may be tried again; null: not by itself
    sender text, -- of one being sent: by whom, as in the name of the sender's lock file
    reply text, -- what the server said last, or what happened
    withdrawn text, -- why it is not to be sent; null: it is
    changed_at text not null,
    primary key (statement_number, recipient)
) strict;

create index message_of_period on message (period, revision, state);

-- One row per file of a message, in its order there.
create table attachment (
    statement_number text not null,
    recipient text not null,
    position integer not null,
    name text not null,
    sha256 text not null, -- as it goes out
    size integer not null, -- bytes, as it goes out
    rendered_sha256 text not null, -- as rendered, before encryption
    primary key (statement_number, recipient, position),
    foreign key (statement_number, recipient) references message
) strict;

-- One row per statement marked by hand as having left the house.
create table marked_issued (
    statement_number text not null primary key,
    period text not null,
    revision integer not null,
    how text not null
) strict;

-- One row per statement that has left the house, or may have.
create view issued as
select
    statement_number,
    period,
    revision
from marked_issued
union
select
    statement_number,
    period,
    revision
from message
where state in ('sending', 'sent', 'unknown');

-- One row per thing done, in order. Each row's SHA-256 takes in that of the row before it.
create table audit (
    audit_id integer primary key,
    at text not null,
    who text not null,
    what text not null,
    statement_number text not null, -- blank where it is about none
    practice_code text not null,
    recipient text not null,
    detail text not null,
    hashes text not null, -- JSON: SHA-256 of the files that it is about, by name
    previous_sha256 text not null, -- of the row before; blank in the first
    sha256 text not null
) strict;

create trigger audit_is_never_changed before update on audit
begin
    select raise(abort, 'the audit is append-only: its rows are never changed');
end;

create trigger audit_is_never_deleted before delete on audit
begin
    select raise(abort, 'the audit is append-only: its rows are never deleted');
end;

create trigger audit_is_never_replaced before insert on audit
when new.audit_id <> (select coalesce(max(audit_id), 0) + 1 from audit)
begin
    select raise(abort, 'the audit is append-only: a new row comes after the last');
end;
