-- Spells of a practice's patients that were not charged.
--
-- Grain: one row per practice, status and, of excluded ones, reason.
-- Inputs: not_charged_spell.
select
    holder as practice_code,
    coalesce(price_status, 'open') as status,
    exclusion_reason as reason,
    count(*) as spells,
from not_charged_spell
group by holder, price_status, exclusion_reason
order by
    practice_code,
    list_position(['excluded', 'ungrouped', 'no_tariff', 'open'], coalesce(price_status, 'open')),
    exclusion_reason
