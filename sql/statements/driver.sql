-- What drives the cost: standing charges of the year by provider, specialty and HRG.
--
-- Grain: one row per practice, dimension and code of the ten dearest, and one of all others: place
--        11, without a code.
-- Inputs: standing_charge, ledger of the year before (charge, posting), record.
with this_year as (
    select
        budget_holder,
        provider_code,
        coalesce(main_specialty, '') as main_specialty,
        coalesce(hrg_code, '') as hrg_code,
        amount,
        not is_this_year as is_last_year,
    from standing_charge
    where
        not is_excluded
        and (
            is_this_year
            or (
                activity_month >= getvariable('year_start') - interval 1 year
                and activity_month <= getvariable('period') - interval 1 year
            )
        )
),

by_code as (
    select
        budget_holder as practice_code,
        case
            when grouping(provider_code) = 0 then 'provider'
            when grouping(main_specialty) = 0 then 'specialty'
            else 'hrg'
        end as dimension,
        nullif(coalesce(provider_code, main_specialty, hrg_code), '') as code,
        count(*) filter (where not is_last_year) as spells,
        cast(coalesce(sum(amount) filter (where not is_last_year), 0) as decimal(18, 2))
            as amount,
        count(*) filter (where is_last_year) as previous_spells,
        cast(coalesce(sum(amount) filter (where is_last_year), 0) as decimal(18, 2))
            as previous_amount,
    from this_year
    group by grouping sets (
        (budget_holder, provider_code),
        (budget_holder, main_specialty),
        (budget_holder, hrg_code)
    )
),

-- What had spells last year alone is none of the dearest.
placed as (
    select
        *,
        row_number() over (
            partition by practice_code, dimension
            order by spells > 0 desc, amount desc, code asc
        ) as rank_in_all,
    from by_code
)

select
    practice_code,
    dimension,
    if(spells > 0, least(rank_in_all, 11), 11) as place,
    if(place > 10, null, min(code)) as code,
    count(*) as codes,
    cast(sum(spells) as bigint) as spells,
    cast(sum(amount) as decimal(18, 2)) as amount,
    cast(sum(previous_spells) as bigint) as previous_spells,
    cast(sum(previous_amount) as decimal(18, 2)) as previous_amount,
from placed
group by practice_code, dimension, place
order by practice_code, dimension, place;
