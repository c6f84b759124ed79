-- Figures of the gate `charges`: whether what was attributed is fit to be posted.
--
-- Grain: one row.
-- Inputs: spell, priced_spell, current_charge. Variable: month (the period's first day).
--
-- Shares are of the spells discharged in the month; null, nothing to judge, where there are none.
-- An average is judged and shown, never posted, so it may be a floating number.
with discharged_spell as (
    select spell_id
    from spell
    where discharge_date < getvariable('month') + interval 1 month
),

tie as (
    select
        count(*) filter (where current_charge.spell_id is null) as spells_without_charge,
        count(*) filter (where discharged_spell.spell_id is null) as charges_without_spell,
    from discharged_spell
    full join current_charge on discharged_spell.spell_id = current_charge.spell_id
),

price as (
    select
        count(*) filter (where current_charge.total_price <> priced_spell.total_price)
            as prices_changed,
    from current_charge
    inner join priced_spell on current_charge.first_record = priced_spell.first_record
),

charges as (
    select
        count(*) - count(distinct spell_id) as repeated_charges,
        count(*) filter (
            where
            total_price
            <> base_price
            + short_stay_adjustment
            + excess_day_payment
            + top_up_payment
            + market_forces_payment
        ) as components_off,
        count(*) filter (
            where price_status not in ('priced', 'local') and total_price <> 0
        ) as unpriced_with_amount,
        count(*) filter (where responsible and budget_holder is null)
            as charges_without_practice,
        count(*) filter (where not responsible and budget_holder is not null)
            as not_responsible_with_practice,
    from current_charge
),

month_charge as (
    select
        pod,
        price_status,
        total_price,
        responsible,
        budget_holder,
    from current_charge
    where activity_month = getvariable('month')
),

shares as (
    select
        100.0 * count(*) filter (where price_status = 'no_tariff') / nullif(count(*), 0)
            as no_tariff_percent,
        100.0 * count(*) filter (where price_status = 'ungrouped') / nullif(count(*), 0)
            as ungrouped_percent,
        100.0 * count(*) filter (where budget_holder = 'RESIDENT') / nullif(count(*), 0)
            as suspense_percent,
        100.0 * count(*) filter (where not responsible) / nullif(count(*), 0)
            as not_responsible_percent,
    from month_charge
),

averages as (
    select
        avg(total_price) filter (where pod = 'elective') as elective_average_price,
        avg(total_price) filter (where pod = 'daycase') as daycase_average_price,
        avg(total_price) filter (where pod = 'non_elective') as non_elective_average_price,
    from month_charge
    where price_status = 'priced'
)

select
    cast(null as varchar) as place,
    tie.spells_without_charge,
    tie.charges_without_spell,
    price.prices_changed,
    charges.repeated_charges,
    charges.components_off,
    charges.unpriced_with_amount,
    charges.charges_without_practice,
    charges.not_responsible_with_practice,
    shares.no_tariff_percent,
    shares.ungrouped_percent,
    shares.suspense_percent,
    shares.not_responsible_percent,
    averages.elective_average_price,
    averages.daycase_average_price,
    averages.non_elective_average_price,
from tie
cross join price
cross join charges
cross join shares
cross join averages
