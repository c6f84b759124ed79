-- The months of the three years before, as this close knows them: what the season is learned from.
--
-- Grain: one row per POD and month with a priced charge of the commissioner's. Pennies.
-- Inputs: charge.
--
-- Not the ledger but the charges, so that months before the ledger opened count as well.
select
    pod,
    date_diff('month', getvariable('year_start'), activity_month) as month,
    cast(sum(total_price) * 100 as bigint) as pennies,
from charge
where
    from_close <= getvariable('close_number')
    and coalesce(to_close > getvariable('close_number'), true)
    and responsible
    and price_status in ('priced', 'local')
    and activity_month >= getvariable('year_start') - interval 3 year
    and activity_month < getvariable('year_start')
group by all
order by all
