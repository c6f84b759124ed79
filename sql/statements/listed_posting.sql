-- The postings up to this close, and the sheets of its practice's detail file that each is on.
--
-- Grain: one row per posting.
-- Inputs: posting_so_far.
create or replace temp view listed_posting as
select
    *,
    close_number = getvariable('close_number') as is_on_charges,
    stands and activity_month >= getvariable('year_start') as is_on_year_to_date,
from posting_so_far(getvariable('close_number'));
