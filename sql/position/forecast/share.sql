-- What share of the year's budget falls to each month, and whether the site's profile says so.
--
-- Grain: one row per POD and month of the financial year.
-- Inputs: cumulative_share, reference.profile.
select
    cumulative_share.pod,
    date_diff('month', getvariable('year_start'), cumulative_share.month) as month,
    cast(
        cumulative_share.numerator - lag(cumulative_share.numerator, 1, 0)
            over (partition by cumulative_share.pod order by cumulative_share.month)
        as bigint
    ) as numerator,
    cast(cumulative_share.denominator as bigint) as denominator,
    cumulative_share.pod in (
        select profile.pod
        from reference.profile
        where profile.financial_year = getvariable('financial_year')
    ) as is_given,
from cumulative_share
order by cumulative_share.pod, cumulative_share.month
