-- Purpose: memberships.csv: which commissioner answers for a practice, and when.
-- Grain: one row per practice.
-- Inputs: practice, neighbour_practices.csv of the catalogue.
select
    practice_code,
    '5XA' as commissioner_code,
    greatest(open_date, date '2002-04-01') as start_date,
    close_date as end_date
from practice
union all
select
    practice_code,
    '5XB' as commissioner_code,
    date '2002-04-01' as start_date,
    null as end_date
from neighbour_practices
order by practice_code;
