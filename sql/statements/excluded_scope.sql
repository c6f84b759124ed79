-- Points of delivery that a practice's budget leaves out.
--
-- Grain: one row per financial year, practice and POD that is excluded.
-- Inputs: reference.budget_scope.
create or replace temp view excluded_scope as
select
    cast(left(financial_year, 4) as bigint) as year_begins,
    practice_code,
    pod,
from reference.budget_scope
where treatment = 'excluded';
