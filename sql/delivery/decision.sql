-- Purpose: writes down a decision on a statement.
-- Grain: one row.
-- Inputs: its columns as parameters.
insert into approval (
    statement_number, practice_code, period, revision, decision, decided_at, decided_by, how,
    contents, recipients
)
values (
    :statement_number, :practice_code, :period, :revision, :decision, :decided_at, :decided_by,
    :how, :contents, :recipients
);
