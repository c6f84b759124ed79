-- Export `not_responsible`: spells submitted to the wrong commissioner, ready to be challenged.
--
-- Grain: one row per spell discharged by the period's end that nobody here answers for.
-- Inputs: charge, record.
select
    charge.provider_code,
    charge.not_responsible_reason as reason,
    charge.spell_id,
    charge.admission_date,
    charge.discharge_date,
    strftime(charge.activity_month, '%Y-%m') as activity_month,
    charge.pod,
    charge.hrg_code,
    charge.price_status,
    charge.total_price,
    first_record.gp_practice_code as submitted_practice_code,
    charge.practice_code,
from charge
inner join record as first_record on charge.first_record = first_record.rowid
where
    charge.from_close <= getvariable('close_number')
    and coalesce(charge.to_close > getvariable('close_number'), true)
    and not charge.responsible
order by charge.provider_code, reason, charge.spell_id
