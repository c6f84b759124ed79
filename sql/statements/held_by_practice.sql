-- Changes to frozen months that were not posted, by whose they would be.
--
-- Grain: one row per practice with any.
-- Inputs: held_change.
select
    budget_holder as practice_code,
    count(*) as spells,
    sum(amount) as amount,
from held_change
where budget_holder is not null
group by budget_holder
order by budget_holder
