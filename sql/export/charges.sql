-- Export `charges`: every spell discharged by the period's end as that close saw it, of the
-- period's financial year or with a posting in the period.
--
-- Grain: one row per spell.
-- Inputs: charge, record, posting, close.
select
    charge.spell_id,
    charge.provider_code,
    spell_number_of(charge.spell_id, charge.provider_code) as provider_spell_number,
    first_record.nhs_number,
    charge.episodes,
    charge.admission_date,
    charge.discharge_date,
    strftime(charge.activity_month, '%Y-%m') as activity_month,
    charge.pod,
    charge.admission_type,
    charge.hrg_code,
    charge.length_of_stay,
    charge.adjusted_length_of_stay,
    charge.age,
    charge.price_status,
    charge.exclusion_reason,
    charge.tariff_edition,
    charge.base_price,
    charge.short_stay_adjustment,
    charge.excess_days,
    charge.excess_day_payment,
    charge.top_up_service,
    charge.top_up_payment,
    charge.market_forces_payment,
    charge.total_price,
    charge.attribution_basis,
    first_record.gp_practice_code as submitted_practice_code,
    charge.practice_code,
    charge.responsible,
    charge.budget_holder,
from charge
inner join record as first_record on charge.first_record = first_record.rowid
where
    charge.from_close <= getvariable('close_number')
    and coalesce(charge.to_close > getvariable('close_number'), true)
    and (
        financial_year(charge.activity_month) = getvariable('financial_year')
        or charge.spell_id in (
            select posting.spell_id
            from posting
            inner join close on posting.close_number = close.close_number
            where
                close.period = getvariable('period')
                and close.close_number <= getvariable('close_number')
        )
    )
order by charge.spell_id
