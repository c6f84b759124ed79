-- Purpose: practices.csv: the practices of the commissioner and two of its neighbour's.
-- Grain: one row per practice.
-- Inputs: practice, neighbour_practices.csv of the catalogue.
select
    practice_code,
    name,
    address,
    postcode,
    open_date,
    close_date,
    list_size,
    (list_size * need_percent + 50) // 100 as weighted_list_size
from practice
union all
select
    practice_code,
    name,
    address,
    postcode,
    open_date,
    null as close_date,
    list_size,
    list_size as weighted_list_size
from neighbour_practices
order by practice_code;
