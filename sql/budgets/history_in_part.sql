-- Years of practices that the history gives only some points of delivery of.
--
-- Grain: one row per practice and year of the rule that the books do not hold.
-- Inputs: reference.history, held_year, heir, budget_practice, pod.
select
    history.practice_code,
    history.financial_year,
from reference.history
inner join held_year on history.financial_year = held_year.financial_year
inner join heir on history.practice_code = heir.practice_code
inner join budget_practice on heir.budget_holder = budget_practice.practice_code
where not held_year.is_held
group by all
having count(*) < (select count(*) from pod)
order by history.practice_code, history.financial_year
