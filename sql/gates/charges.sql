-- Figures of the gate `charges`: whether what was attributed is fit to be posted.
--
-- Grain: one row.
-- Inputs: charges_tie, priced_spell, current_charge. Variable: month (the period's first day).
--
-- Shares are of the spells discharged in the month; null, nothing to judge, where there are none.
-- An average is judged and shown, never posted, so it may be a floating number.
with judged as (
    select
        current_charge.*,
        priced_spell.total_price as stated_price,
        current_charge.activity_month = getvariable('month') as is_of_month,
    from current_charge
    left join priced_spell on current_charge.first_record = priced_spell.first_record
),

figures as (
    select
        count(*) filter (where total_price <> stated_price) as prices_changed,
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
        nullif(count(*) filter (where is_of_month), 0) as of_month,
        100.0 * count(*) filter (where is_of_month and price_status = 'no_tariff') / of_month
            as no_tariff_percent,
        100.0 * count(*) filter (where is_of_month and price_status = 'ungrouped') / of_month
            as ungrouped_percent,
        100.0 * count(*) filter (where is_of_month and budget_holder = 'RESIDENT') / of_month
            as suspense_percent,
        100.0 * count(*) filter (where is_of_month and not responsible) / of_month
            as not_responsible_percent,
        avg(total_price) filter (
            where is_of_month and price_status = 'priced' and pod = 'elective'
        ) as elective_average_price,
        avg(total_price) filter (
            where is_of_month and price_status = 'priced' and pod = 'daycase'
        ) as daycase_average_price,
        avg(total_price) filter (
            where is_of_month and price_status = 'priced' and pod = 'non_elective'
        ) as non_elective_average_price,
    from judged
)

select
    cast(null as varchar) as place,
    charges_tie.*,
    figures.* exclude (of_month),
from charges_tie
cross join figures
