-- The practices with a budget in the year, and what their letters say of them.
--
-- Grain: one row per practice with a row in budgets.csv that is a member of the commissioner.
-- Inputs: reference.budget, first_member, reference.practice, practice_status.
select
    practice.practice_code,
    practice.name as practice_name,
    practice.address as practice_address,
    practice.postcode as practice_postcode,
    practice.list_size,
    practice.weighted_list_size,
    coalesce(practice_status.status, 'information') as status,
from reference.practice
inner join first_member on practice.practice_code = first_member.practice_code
left join practice_status on practice.practice_code = practice_status.practice_code
where
    first_member.commissioner_code = getvariable('commissioner')
    and practice.practice_code in (
        select practice_code
        from reference.budget
        where financial_year = getvariable('financial_year')
    )
order by practice.practice_code
