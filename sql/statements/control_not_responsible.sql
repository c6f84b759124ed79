-- Priced spells of other commissioners, for challenge.
--
-- Grain: one row per provider and reason.
-- Inputs: current_charge, reference.provider.
select
    current_charge.provider_code,
    coalesce(any_value(provider.name), current_charge.provider_code) as provider_name,
    current_charge.not_responsible_reason as reason,
    count(*) as spells,
    sum(current_charge.total_price) as amount,
from current_charge
left join reference.provider on current_charge.provider_code = provider.provider_code
where not current_charge.responsible
group by current_charge.provider_code, current_charge.not_responsible_reason
order by current_charge.provider_code, reason
