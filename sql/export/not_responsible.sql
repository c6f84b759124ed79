-- Export `not_responsible`: spells submitted to the wrong commissioner, ready to be challenged.
--
-- Grain: one row per spell discharged by the period's end that nobody here answers for.
-- Inputs: charge.
select
    provider_code,
    not_responsible_reason as reason,
    spell_id,
    admission_date,
    discharge_date,
    strftime(activity_month, '%Y-%m') as activity_month,
    pod,
    hrg_code,
    price_status,
    total_price,
    submitted_practice_code,
    practice_code,
from charge
where
    from_close <= getvariable('close_number')
    and coalesce(to_close > getvariable('close_number'), true)
    and not responsible
order by provider_code, reason, spell_id
