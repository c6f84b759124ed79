-- The local prices that match a spell, the one that counts first.
--
-- Grain: one row per row of local_prices.csv that matches. Variable: spell_id.
-- Inputs: spell, reference.local_price.
select
    local_price.line,
    local_price.provider_code,
    local_price.pod,
    local_price.price,
    local_price.per,
from spell
inner join reference.local_price
    on
        spell.edition = local_price.edition
        and spell.hrg_code = local_price.hrg_code
where
    spell.spell_id = getvariable('spell_id')
    and coalesce(local_price.provider_code = spell.provider_code, true)
    and coalesce(local_price.pod = spell.pod, true)
order by local_price.provider_code is null, local_price.pod is null, local_price.line
