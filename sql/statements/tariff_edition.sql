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
        select tariff_edition
        from charge
        where to_close is null and activity_month >= getvariable('year_start')
    )
    or edition in (
        select tariff_edition
        from period_posting
    )
order by financial_year, number
