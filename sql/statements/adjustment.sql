-- What the period posted to earlier months of the financial year, by reason.
--
-- Grain: one row per practice, reason, direction and, for a succession, other practice.
-- Inputs: period_posting, moved_posting, reference.practice.
with told as (
    select
        *,
        if(by_succession, other_holder, null) as other_practice,
    from moved_posting
    union all by name
    select
        *,
        null as direction,
        false as by_succession,
        null as other_practice,
    from period_posting
    where reason <> 'moved'
)

select
    told.budget_holder as practice_code,
    told.reason,
    told.direction,
    told.by_succession,
    told.other_practice,
    any_value(other_practice.name) as other_practice_name,
    spells_posted(told.spell_id, told.reason) as spells,
    count(*) filter (where told.kind = 'charge') as charges,
    count(*) filter (where told.kind = 'credit') as credits,
    sum(told.amount) as amount,
from told
left join reference.practice as other_practice
    on told.other_practice = other_practice.practice_code
where
    told.is_this_year
    and told.is_earlier_month
    and not told.is_excluded
group by
    told.budget_holder,
    told.reason,
    told.direction,
    told.by_succession,
    told.other_practice
order by
    practice_code,
    list_position(
        ['late', 'amended', 'repriced', 'moved', 'restored', 'withdrawn'], told.reason
    ),
    told.direction,
    told.by_succession,
    told.other_practice
