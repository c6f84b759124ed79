-- Charges of registered patients whom the hospital gave another practice.
--
-- Grain: one row per practice with any.
-- Inputs: standing_charge.
select
    budget_holder as practice_code,
    count(*) as spells,
    sum(amount) as amount,
from standing_charge
where is_this_year and is_submitted_elsewhere
group by budget_holder
order by budget_holder
