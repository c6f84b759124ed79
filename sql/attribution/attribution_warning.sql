-- Warnings of attribution: reference data that contradict themselves where a spell had to be
-- attributed by them.
--
-- Grain: one row per rule with any.
-- Inputs: attributed_spell, spell, holder_of_month, reference.practice, reference.membership.
create or replace table attribution_warning as
with unknown_holder as (
    select count(*) as spells
    from attributed_spell
    inner join spell on attributed_spell.first_record = spell.first_record
    inner join holder_of_month
        on
            attributed_spell.practice_code = holder_of_month.practice_code
            and spell.activity_month = holder_of_month.activity_month
    where
        attributed_spell.responsible
        and not attributed_spell.is_unknown_practice
        and holder_of_month.budget_holder not in (select practice_code from reference.practice)
),

counted as (
    select
        unnest(['W08', 'W09', 'W10', 'W11']) as rule,
        unnest(
            [
                count(*) filter (where is_contested),
                count(*) filter (where in_membership_gap),
                count(*) filter (where has_two_commissioners),
                count(*) filter (where is_unknown_practice)
                + (select spells from unknown_holder)
            ]
        ) as records,
    from attributed_spell
    union all
    select
        'W12' as rule,
        count(*) as records,
    from (
        select practice_code
        from reference.practice
        where close_date < open_date
        union all
        select practice_code
        from reference.membership
        where end_date < start_date
    ) as impossible
)

select
    rule,
    records,
from counted
where records > 0;
