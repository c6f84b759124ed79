-- Purpose: scope.csv: PODs that are not simply held by the practice.
-- Grain: one row per practice and POD that differs.
-- Inputs: practice.
select
    '2004/05' as financial_year,
    practice_code,
    if(practice = 6, 'daycase', 'elective') as pod,
    if(practice = 6, 'blocked_back', 'excluded') as treatment
from practice
where practice in (6, 11)
order by practice_code;
