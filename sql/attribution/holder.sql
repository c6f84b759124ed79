-- Who holds the budget of a practice's activity, after successions.
--
-- Grain: one row per practice with a successor, and financial year whose activity moved.
-- Inputs: reference.succession.
--
-- A succession moves activity of its date's financial year and later, from the period in which its
-- date falls. Both are asked of each link of a chain. That no practice has two successors, and that
-- no chain comes back to where it began, was checked when the file was read.
create or replace table holder as
with recursive
link as (
    select
        practice_code,
        successor_code,
        financial_year(date) as from_year,
    from reference.succession
    where date <= getvariable('period_end')
),

activity_year as (
    -- Between two links' years nothing changes, so the links' own years are enough to tell all.
    select distinct from_year as financial_year
    from link
),

chain as (
    select
        link.practice_code,
        activity_year.financial_year,
        link.successor_code as budget_holder,
    from link
    inner join activity_year on link.from_year <= activity_year.financial_year
    union all
    select
        chain.practice_code,
        chain.financial_year,
        link.successor_code as budget_holder,
    from chain
    inner join link
        on
            chain.budget_holder = link.practice_code
            and link.from_year <= chain.financial_year
),

resolved as (
    select
        practice_code,
        financial_year as from_year,
        budget_holder,
    from chain
    where not exists (
        -- The end of a chain is a holder that has no successor of its own in that year.
        select 1
        from link
        where
            link.practice_code = chain.budget_holder
            and link.from_year <= chain.financial_year
    )
)

select
    practice_code,
    from_year, -- the first financial year of activity it holds for, until the next row's
    lead(from_year) over (partition by practice_code order by from_year) as until_year,
    budget_holder,
from resolved;
