-- The tariff applied, every component kept.
--
-- Grain: one row per spell discharged by the period's end.
-- Inputs: spell, qualified_top_up, reference.tariff_edition, reference.tariff,
--         reference.exclusion, reference.local_price, reference.market_forces.
--
-- Rounding is half away from zero to the penny, at each component and nowhere else. Amounts are
-- widened before they are multiplied: of two narrow decimals DuckDB makes a narrow one, which does
-- not hold a percentage to its last decimal.
--
-- The spell stands beside its price, so that what is charged is found without joining both again.
create or replace table priced_spell as
with closed as not materialized (
    select *
    from spell
    where discharge_date <= getvariable('period_end')
),

-- The most specific local price: provider and POD, then provider, then POD, then neither.
local_price as (
    select
        closed.first_record,
        arg_min(
            local_price.price
            * if(local_price.per = 'day', greatest(closed.length_of_stay, 1), 1),
            case
                when local_price.provider_code is not null and local_price.pod is not null then 1
                when local_price.provider_code is not null then 2
                when local_price.pod is not null then 3
                else 4
            end
        ) as price,
    from closed
    inner join reference.local_price
        on
            closed.edition = local_price.edition
            and closed.hrg_code = local_price.hrg_code
            and coalesce(local_price.provider_code, closed.provider_code) = closed.provider_code
            and coalesce(local_price.pod, closed.pod) = closed.pod
    group by closed.first_record
),

matched as (
    select
        closed.*,
        exclusion.reason as exclusion_reason,
        local_price.price as local_price,
        tariff_edition.short_stay_minimum_age,
        tariff_edition.market_forces = 'in_price' as market_forces_in_price,
        market_forces.index as market_forces_index,
        tariff.short_stay_percent,
        tariff.excess_day_price,
        case closed.pod
            when 'elective' then tariff.elective_price
            when 'daycase' then tariff.daycase_price
            when 'non_elective' then tariff.non_elective_price
        end as tariff_price,
        case closed.pod
            when 'elective' then tariff.elective_trim_point
            when 'non_elective' then tariff.non_elective_trim_point
        end as trim_point,
        qualified_top_up.service as top_up_service,
        qualified_top_up.rate_percent as top_up_percent,
    from closed
    left join reference.tariff_edition on closed.edition = tariff_edition.edition
    left join reference.tariff
        on closed.edition = tariff.edition and closed.hrg_code = tariff.hrg_code
    left join reference.exclusion
        on closed.edition = exclusion.edition and closed.exclusion_line = exclusion.line
    left join reference.market_forces
        on
            closed.edition = market_forces.edition
            and closed.provider_code = market_forces.provider_code
    left join local_price on closed.first_record = local_price.first_record
    left join qualified_top_up on closed.first_record = qualified_top_up.first_record
),

judged as (
    select
        *,
        case
            when pod = 'regular' then cast('excluded' as price_status)
            when all_excluded and local_price is null then cast('excluded' as price_status)
            when all_excluded then cast('local' as price_status)
            when hrg_code is null or starts_with(hrg_code, 'U')
                then cast('ungrouped' as price_status)
            when tariff_price is not null then cast('priced' as price_status)
            when local_price is not null then cast('local' as price_status)
            else cast('no_tariff' as price_status)
        end as price_status,
    from matched
),

based as (
    select
        *,
        case price_status
            when 'priced' then tariff_price
            when 'local' then local_price
            else 0
        end as base_price,
        if(
            price_status = 'priced',
            greatest(adjusted_length_of_stay - trim_point, 0),
            0
        ) as excess_days,
    from judged
),

adjusted as (
    select
        *,
        case
            when
                price_status = 'priced'
                and admission_type = 'emergency'
                and adjusted_length_of_stay < 2
                and coalesce(age >= short_stay_minimum_age, true)
                and short_stay_percent is not null
                then to_the_penny(
                    cast(base_price as decimal(38, 2)) * short_stay_percent * 0.01
                ) - base_price
            else 0
        end as short_stay_adjustment,
        coalesce(excess_days * excess_day_price, 0) as excess_day_payment,
    from based
),

topped_up as (
    select
        *,
        case
            when price_status = 'priced' and top_up_percent is not null
                then
                    to_the_penny(
                        cast(base_price + short_stay_adjustment as decimal(38, 2))
                        * top_up_percent
                        * 0.01
                    )
            else 0
        end as top_up_payment,
    from adjusted
),

placed as (
    select
        *,
        case
            when price_status = 'priced' and market_forces_in_price
                then
                    to_the_penny(
                        (base_price + short_stay_adjustment + excess_day_payment + top_up_payment)
                        * (coalesce(market_forces_index, 1) - 1)
                    )
            else 0
        end as market_forces_payment,
    from topped_up
)

select
    spell_id,
    provider_code,
    first_record,
    last_record,
    episodes,
    admission_date,
    discharge_date,
    activity_month,
    pod,
    admission_type,
    hrg_code,
    length_of_stay,
    adjusted_length_of_stay,
    age,
    price_status,
    case
        when price_status = 'excluded' and pod = 'regular' then 'regular attender'
        when price_status = 'excluded' then exclusion_reason
    end as exclusion_reason,
    edition as tariff_edition,
    cast(base_price as decimal(18, 2)) as base_price,
    cast(short_stay_adjustment as decimal(18, 2)) as short_stay_adjustment,
    cast(coalesce(excess_days, 0) as integer) as excess_days,
    cast(excess_day_payment as decimal(18, 2)) as excess_day_payment,
    if(price_status = 'priced', top_up_service, null) as top_up_service,
    cast(top_up_payment as decimal(18, 2)) as top_up_payment,
    cast(market_forces_payment as decimal(18, 2)) as market_forces_payment,
    cast(
        base_price
        + short_stay_adjustment
        + excess_day_payment
        + top_up_payment
        + market_forces_payment as decimal(18, 2)
    ) as total_price,
    price_status = 'priced'
    and market_forces_in_price
    and market_forces_index is null as index_missing,
from placed;
