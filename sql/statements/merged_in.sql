-- Practices that merged into another in the financial year.
--
-- Grain: one row per succession in force.
-- Inputs: reference.succession, reference.practice, budget, holder, standing_charge,
--         period_posting.
select
    holder.budget_holder as successor_code,
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
        select count(distinct period_posting.spell_id)
        from period_posting
        where
            period_posting.by_succession
            and period_posting.kind = 'credit'
            and period_posting.budget_holder = succession.practice_code
    ) as spells_moved,
    coalesce(
        (
            select -sum(period_posting.amount)
            from period_posting
            where
                period_posting.by_succession
                and period_posting.kind = 'credit'
                and period_posting.budget_holder = succession.practice_code
        ),
        0
    ) as amount_moved,
from reference.succession
inner join holder
    on
        succession.practice_code = holder.practice_code
        and getvariable('financial_year') >= holder.from_year
        and coalesce(getvariable('financial_year') < holder.until_year, true)
left join reference.practice on succession.practice_code = practice.practice_code
where
    succession.date between getvariable('year_start') and getvariable('period_end')
order by succession.date, succession.practice_code
