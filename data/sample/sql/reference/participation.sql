-- Purpose: participation.csv: which practices signed up to hold their budget.
-- Grain: one row per practice.
-- Inputs: practice.
select
    practice_code,
    participation as status,
    date '2004-04-01' as from_date
from practice
order by practice_code;
