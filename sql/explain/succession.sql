-- The chain of successions from the practice that a spell is attributed to.
--
-- Grain: one row per link, as far as the file leads. Variable: spell_id.
-- Inputs: spell, attributed_spell, reference.succession.
with recursive chain as (
    select
        1 as place,
        succession.practice_code,
        succession.successor_code,
        succession.date,
        spell.activity_month,
    from spell
    inner join attributed_spell on spell.first_record = attributed_spell.first_record
    inner join reference.succession on attributed_spell.practice_code = succession.practice_code
    where spell.spell_id = getvariable('spell_id')
    union all
    select
        chain.place + 1 as place,
        succession.practice_code,
        succession.successor_code,
        succession.date,
        chain.activity_month,
    from chain
    inner join reference.succession on chain.successor_code = succession.practice_code
)

select
    practice_code,
    successor_code,
    date as successor_from,
    financial_year(date) as financial_year,
    date <= getvariable('period_end') as has_come,
    coalesce(financial_year(activity_month) >= financial_year(date), false) as is_of_the_year,
from chain
order by place
