-- Purpose: successions.csv: the practice that merges into another.
-- Grain: one row per succession.
-- Inputs: practice.
select
    practice_code,
    practice_code(successor) as successor_code,
    close_date + 1 as date
from practice
where successor is not null
order by practice_code;
