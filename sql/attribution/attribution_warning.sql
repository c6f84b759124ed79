-- Warnings of attribution: reference data that contradict themselves where a spell had to be
-- attributed by them.
--
-- Grain: one row per rule with any.
-- Inputs: attributed_spell, reference.practice, reference.membership.
create or replace table attribution_warning as
with counted as (
    select
        unnest(['W08', 'W09', 'W10', 'W11']) as rule,
        unnest(
            [
                count(*) filter (where is_contested),
                count(*) filter (where in_membership_gap),
                count(*) filter (where has_two_commissioners),
                count(*) filter (where is_unknown_practice)
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
