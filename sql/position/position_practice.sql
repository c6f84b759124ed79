-- The practices that stand in a position: those with a budget of the financial year, those with a
-- posting that it reads, and always RESIDENT.
--
-- Grain: one row per practice.
-- Inputs: held_budget, ledger_entry.
create or replace temp table position_practice as
select practice_code
from held_budget
union
select practice_code
from ledger_entry
union
select 'RESIDENT' as practice_code;
