-- Purpose: the latest decision on a statement.
-- Grain: one row, or none.
-- Inputs: approval; :statement_number.
select
    approval_id,
    decision,
    decided_at,
    decided_by,
    how,
    contents,
    recipients
from approval
where statement_number = :statement_number
order by approval_id desc
limit 1;
