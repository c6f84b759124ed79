-- Standing charges by provider, month and POD, to set against the providers' invoices.
--
-- Grain: one row per provider, activity month of the financial year and POD.
-- Inputs: standing_charge, reference.provider, pod.
select
    standing_charge.provider_code,
    coalesce(any_value(provider.name), standing_charge.provider_code) as provider_name,
    strftime(standing_charge.activity_month, '%Y-%m') as activity_month,
    standing_charge.pod,
    any_value(pod.name) as pod_name,
    count(*) as spells,
    sum(standing_charge.amount) as amount,
from standing_charge
inner join pod on standing_charge.pod = pod.code
left join reference.provider on standing_charge.provider_code = provider.provider_code
where standing_charge.is_this_year
group by standing_charge.provider_code, standing_charge.activity_month, standing_charge.pod
order by standing_charge.provider_code, activity_month, any_value(pod.place)
