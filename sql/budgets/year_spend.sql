-- What each practice spent in each of the rule's years, after successions.
--
-- Grain: one row per practice, financial year and POD with any.
-- Inputs: held_year, heir, budget_practice, ledger_spend, reference.history.
--
-- The ledger's figures for a year that it holds; the history's for other years, and for a practice
-- that the ledger knows nothing of in the year (it was another commissioner's).
create or replace table year_spend as
with ledger as (
    select
        ledger_spend.budget_holder as practice_code,
        held_year.financial_year,
        ledger_spend.pod,
        sum(ledger_spend.amount) as amount,
        'ledger' as source,
    from ledger_spend
    inner join held_year
        on financial_year(ledger_spend.activity_month) = held_year.financial_year
    where held_year.is_held
    group by all
),

history as (
    select
        history.practice_code,
        history.financial_year,
        history.pod,
        history.amount,
        'history' as source,
    from reference.history
    inner join held_year on history.financial_year = held_year.financial_year
    where
        not exists (
            select 1
            from ledger
            where
                ledger.practice_code = history.practice_code
                and ledger.financial_year = history.financial_year
        )
),

spent as (
    select *
    from ledger
    union all by name
    select *
    from history
)

select
    heir.budget_holder as practice_code,
    spent.financial_year,
    spent.pod,
    cast(sum(spent.amount) as decimal(18, 2)) as amount,
    if(count(distinct spent.source) > 1, 'both', min(spent.source)) as source,
from spent
inner join heir on spent.practice_code = heir.practice_code
inner join budget_practice on heir.budget_holder = budget_practice.practice_code
group by all;
