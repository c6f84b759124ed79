-- The postings that a position reads: of the financial year's activity, and the period's own
-- whatever year they are of.
--
-- Grain: one row per posting.
-- Inputs: posting, close.
create or replace temp view ledger_entry as
select
    posting.budget_holder as practice_code,
    posting.pod,
    posting.activity_month,
    posting.amount,
    if(posting.kind = 'charge', 1, -1) as spells,
    posting.activity_month >= getvariable('year_start') as is_this_year,
    close.period = getvariable('period') as is_this_period,
from posting
inner join close on posting.close_number = close.close_number
where
    posting.close_number <= getvariable('close_number')
    and (
        posting.activity_month >= getvariable('year_start')
        or close.period = getvariable('period')
    );
