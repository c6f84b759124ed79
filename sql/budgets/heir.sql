-- Whose budget a practice's history and list belong to in the year being set.
--
-- Grain: one row per practice that any reference file or the ledger names.
-- Inputs: holder, holder_of_year, reference.practice, reference.membership, reference.history,
--         ledger_spend.
--
-- Successions count that the year's first close will see: those dated by the end of April.
create or replace table heir as
with named as (
    select practice_code
    from reference.practice
    union
    select practice_code
    from reference.membership
    union
    select practice_code
    from reference.history
    union
    select budget_holder as practice_code
    from ledger_spend
    union
    select practice_code
    from holder
    union
    select budget_holder as practice_code
    from holder
)

select
    named.practice_code,
    coalesce(holder_of_year.budget_holder, named.practice_code) as budget_holder,
from named
left join holder_of_year on named.practice_code = holder_of_year.practice_code;
