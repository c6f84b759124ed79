-- Records in quarantine by rule and sender; a record counts once for each rule that it breaks.
--
-- Grain: one row per rule and sender.
-- Inputs: quarantine, interchange.
with broken as (
    select
        landing_number,
        unnest(list_distinct(string_split(rules, ';'))) as rule,
    from quarantine
    where landing_number <= getvariable('high_water')
)

select
    broken.rule,
    interchange.sender,
    count(*) as records,
from broken
inner join interchange on broken.landing_number = interchange.landing_number
group by all
order by all
