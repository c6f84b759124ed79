-- Whose budgets a practice's are: the commissioner that answers for it first in the year.
--
-- Grain: one row per practice that is anyone's member at any time of the year.
-- Inputs: reference.membership.
create or replace table first_member as
select
    practice_code,
    arg_min(commissioner_code, start_date) as commissioner_code,
from reference.membership
where
    start_date < getvariable('year_start') + interval 1 year
    and coalesce(end_date >= getvariable('year_start'), true)
group by practice_code;
