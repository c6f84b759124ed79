-- Priced spells of other commissioners, for challenge.
--
-- Grain: one row per provider and reason.
-- Inputs: charge, reference.provider.
select
    charge.provider_code,
    coalesce(any_value(provider.name), charge.provider_code) as provider_name,
    charge.not_responsible_reason as reason,
    count(*) as spells,
    sum(charge.total_price) as amount,
from charge
left join reference.provider on charge.provider_code = provider.provider_code
where charge.to_close is null and not charge.responsible
group by charge.provider_code, charge.not_responsible_reason
order by charge.provider_code, reason
