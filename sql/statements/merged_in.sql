-- Practices that merged into another in the financial year.
--
-- Grain: one row per succession in force.
-- Inputs: reference.succession, reference.practice, budget, holder_of_year, moved_posting.
select
    holder_of_year.budget_holder as successor_code,
    succession.practice_code,
    coalesce(practice.name, succession.practice_code) as practice_name,
    succession.date as merged_on,
    coalesce(
        (
            select sum(budget.annual_amount)
            from budget
            where
                budget.close_number = getvariable('close_number')
                and budget.practice_code = succession.practice_code
        ),
        0
    ) as annual_budget,
    (
        select count(distinct moved_posting.spell_id)
        from moved_posting
        where
            moved_posting.by_succession
            and moved_posting.kind = 'credit'
            and moved_posting.budget_holder = succession.practice_code
    ) as spells_moved,
    coalesce(
        (
            select -sum(moved_posting.amount)
            from moved_posting
            where
                moved_posting.by_succession
                and moved_posting.kind = 'credit'
                and moved_posting.budget_holder = succession.practice_code
        ),
        0
    ) as amount_moved,
from reference.succession
inner join holder_of_year on succession.practice_code = holder_of_year.practice_code
left join reference.practice on succession.practice_code = practice.practice_code
where
    succession.date between getvariable('year_start') and getvariable('period_end')
order by succession.date, succession.practice_code
