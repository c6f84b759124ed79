-- The tariff editions behind the charges of the year and the postings of the period.
--
-- Grain: one row per edition used.
-- Inputs: charge, period_posting, reference.tariff_edition.
select
    edition as name,
    financial_year,
    number as edition,
    currency,
    published,
    source,
    market_forces,
from reference.tariff_edition
where
    edition in (
        select distinct tariff_edition
        from charge
        where to_close is null and activity_month >= getvariable('year_start')
    )
    -- Of the versions posted, those that are not among these already.
    or edition in (
        select distinct charge.tariff_edition
        from period_posting
        inner join charge on period_posting.charge_number = charge.charge_number
        where
            charge.to_close is not null
            or charge.activity_month < getvariable('year_start')
    )
order by financial_year, number
