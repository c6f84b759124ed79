-- How spell costs spread: the sum of the costs and of their squares, over the commissioner's
-- charges standing posted for the twelve months to the period.
--
-- Grain: one row per POD with a posting. Pennies, and pennies squared.
-- Inputs: posting.
select
    pod,
    sum(if(kind = 'charge', 1, -1)) as spells,
    cast(sum(amount) * 100 as bigint) as pennies,
    sum(if(kind = 'charge', 1, -1) * cast(amount * 100 as hugeint) * cast(amount * 100 as hugeint))
        as squares,
from posting
where
    close_number <= getvariable('close_number')
    and activity_month > getvariable('period') - interval 1 year
group by pod
order by pod
