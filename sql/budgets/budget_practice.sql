-- The practices whose budgets the commissioner sets for the year.
--
-- Grain: one row per practice.
-- Inputs: first_member, heir, reference.practice.
--
-- Members at any time of the year, whom the commissioner was the first to answer for in it; a
-- practice succeeded by the end of April has none of its own. weighted_list_size is that of the
-- practice and of those that it succeeds, null where none of them has one.
create or replace table budget_practice as
with merged as (
    -- A practice and all that it succeeds, itself among them.
    select
        heir.budget_holder,
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
    cast(nullif(merged.weighted_list_size, 0) as decimal(18, 8)) as weighted_list_size,
    merged.open_date,
from first_member
inner join heir
    on first_member.practice_code = heir.practice_code and heir.practice_code = heir.budget_holder
inner join reference.practice on first_member.practice_code = practice.practice_code
inner join merged on practice.practice_code = merged.budget_holder
where first_member.commissioner_code = getvariable('commissioner');
