-- The practices whose budgets the commissioner sets for the year.
--
-- Grain: one row per practice.
-- Inputs: heir, reference.practice, reference.membership.
--
-- Members at any time of the year, whom the commissioner was the first to answer for in it; a
-- practice succeeded by the end of April has none of its own. weighted_list_size is that of the
-- practice and of those that it succeeds, null where one of them has none.
create or replace table budget_practice as
with member as (
    select
        practice_code,
        arg_min(commissioner_code, start_date) as commissioner_code,
    from reference.membership
    where
        start_date < getvariable('year_start') + interval 1 year
        and coalesce(end_date >= getvariable('year_start'), true)
    group by practice_code
),

-- A practice and all that it succeeds, itself among them.
merged as (
    select
        heir.budget_holder,
        bool_and(coalesce(practice.weighted_list_size > 0, false)) as has_lists,
        sum(practice.weighted_list_size) as weighted_list_size,
        min(coalesce(practice.open_date, date '0001-01-01')) as open_date,
    from heir
    inner join reference.practice on heir.practice_code = practice.practice_code
    group by heir.budget_holder
)

select
    practice.practice_code,
    practice.name,
    practice.line,
    if(merged.has_lists, cast(merged.weighted_list_size as decimal(18, 8)), null)
        as weighted_list_size,
    merged.open_date,
from member
inner join heir
    on member.practice_code = heir.practice_code and heir.practice_code = heir.budget_holder
inner join reference.practice on member.practice_code = practice.practice_code
inner join merged on practice.practice_code = merged.budget_holder
where member.commissioner_code = getvariable('commissioner');
