-- Purpose: adds a row to the audit.
-- Grain: one row.
-- Inputs: the row's columns as parameters.
insert into audit (
    audit_id, at, who, what, statement_number, practice_code, recipient, detail, hashes,
    previous_sha256, sha256
)
values (
    :audit_id, :at, :who, :what, :statement_number, :practice_code, :recipient, :detail, :hashes,
    :previous_sha256, :sha256
);
