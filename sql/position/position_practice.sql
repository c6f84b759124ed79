-- The practices that stand in a position: those with a budget of the financial year or a posting
-- of its activity, those that this period posted to for an earlier year, and always RESIDENT.
--
-- Grain: one row per practice.
-- Inputs: held_budget, posting, close.
create or replace temp table position_practice as
select practice_code
from held_budget
union
select posting.budget_holder as practice_code
from posting
inner join close on posting.close_number = close.close_number
where
    posting.close_number <= getvariable('close_number')
    and (
        posting.activity_month >= getvariable('year_start')
        or close.period = getvariable('period')
    )
union
select 'RESIDENT' as practice_code;
