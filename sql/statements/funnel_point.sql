-- Spells and cost of the year to date against the weighted list: the points of the funnel plots.
--
-- Grain: one row per practice with a weighted list, before anything is suppressed.
-- Inputs: position, reference.practice, standing_charge.
select
    position.practice_code,
    practice.weighted_list_size,
    position.ytd_spells as spells,
    position.ytd_actual as amount,
    coalesce(
        (
            select
                sum(
                    cast(standing_charge.amount as decimal(19, 2))
                    * standing_charge.amount
                )
            from standing_charge
            where
                standing_charge.budget_holder = position.practice_code
                and standing_charge.is_this_year
                and not standing_charge.is_excluded
        ),
        0
    ) as sum_of_squares,
from position
inner join reference.practice on position.practice_code = practice.practice_code
where
    position.close_number = getvariable('close_number')
    and position.pod = 'total'
    and practice.weighted_list_size > 0
    and coalesce(practice.close_date >= getvariable('period_end'), true)
order by practice.weighted_list_size, position.practice_code
