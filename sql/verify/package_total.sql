-- Control totals of the packages of a close: what a statement and its detail file say, and what
-- the position says.
--
-- Grain: one row per control and key, as total.sql.
-- Inputs: position; the files statement.json and charges.parquet of each practice. Variables:
--         close_number, folder (the revision's), period.
with stated as (
    select
        identity.practice_code,
        headline.spent_to_date,
        changes.opening
        + changes.new_amount
        + coalesce(list_sum([each.amount for each in changes.adjustments]), 0) as worked_out,
        changes.closing,
        detail.charges_amount,
        detail.year_to_date_amount,
        headline.forecast,
        headline.forecast_difference,
        list_sum([
            coalesce(each.forecast, 0)
            for each in pods
            if coalesce(each.treatment, '') <> 'excluded'
        ]) as forecast_of_pods,
        months[-1].forecast_mid as forecast_in_march,
    from
        read_json(
            getvariable('folder') || '/*/statement.json',
            format = 'unstructured',
            maximum_object_size = 268435456,
            columns = {
                'identity': 'struct(practice_code varchar)',
                'headline': 'struct(
                    spent_to_date decimal(18, 2),
                    forecast decimal(18, 2),
                    forecast_difference decimal(18, 2)
                )',
                'pods': 'struct(treatment varchar, forecast decimal(18, 2))[]',
                'months': 'struct(forecast_mid decimal(18, 2))[]',
                'changes': 'struct(
                    opening decimal(18, 2),
                    new_amount decimal(18, 2),
                    adjustments struct(amount decimal(18, 2))[],
                    closing decimal(18, 2)
                )',
                'detail': 'struct(
                    charges_amount decimal(18, 2), year_to_date_amount decimal(18, 2)
                )'
            }
        )
),

listed as (
    select
        parse_filename(parse_dirpath(filename)) as practice_code,
        string_split(sheet, ' ') as sheets,
        total_price,
    from read_parquet(getvariable('folder') || '/*/charges.parquet', filename = true)
),

detailed as (
    select
        practice_code,
        coalesce(sum(total_price) filter (where list_contains(sheets, 'charges')), 0)
            as charges_amount,
        coalesce(sum(total_price) filter (where list_contains(sheets, 'year_to_date')), 0)
            as year_to_date_amount,
    from listed
    group by practice_code
)

select
    'spent' as tie,
    'A statement''s spent to date is the position' as control,
    stated.practice_code as key,
    'pounds' as unit,
    'position' as left_name,
    cast(coalesce(position.ytd_actual, 0) as decimal(18, 2)) as left_figure,
    'statement' as right_name,
    stated.spent_to_date as right_figure,
from stated
left join position
    on
        stated.practice_code = position.practice_code
        and position.pod = 'total'
        and position.close_number = getvariable('close_number')
union all
select
    'changes' as tie,
    'A statement''s opening + new + adjustments = closing' as control,
    practice_code as key,
    'pounds' as unit,
    'opening + new + adjustments' as left_name,
    cast(worked_out as decimal(18, 2)) as left_figure,
    'closing' as right_name,
    closing as right_figure,
from stated
union all
select
    'forecast' as tie,
    'A statement''s expected year-end is the position''s' as control,
    stated.practice_code as key,
    'pounds' as unit,
    'position' as left_name,
    cast(coalesce(position.forecast, 0) as decimal(18, 2)) as left_figure,
    'statement' as right_name,
    coalesce(stated.forecast, 0) as right_figure,
from stated
left join position
    on
        stated.practice_code = position.practice_code
        and position.pod = 'total'
        and position.close_number = getvariable('close_number')
union all
select
    'forecast' as tie,
    'An expected year-end is the sum of its points of delivery' as control,
    practice_code as key,
    'pounds' as unit,
    'points of delivery that count' as left_name,
    cast(coalesce(forecast_of_pods, 0) as decimal(18, 2)) as left_figure,
    'total' as right_name,
    coalesce(forecast, 0) as right_figure,
from stated
union all
select
    'forecast' as tie,
    'The chart''s forecast ends at the expected year-end' as control,
    practice_code as key,
    'pounds' as unit,
    'expected year-end less the year''s budget' as left_name,
    coalesce(forecast_difference, 0) as left_figure,
    'chart in March' as right_name,
    forecast_in_march as right_figure,
from stated
where forecast_in_march is not null
union all
select
    'detail' as tie,
    'A detail file adds up to its statement' as control,
    stated.practice_code || ' charges' as key,
    'pounds' as unit,
    'statement' as left_name,
    stated.charges_amount as left_figure,
    'detail file' as right_name,
    cast(coalesce(detailed.charges_amount, 0) as decimal(18, 2)) as right_figure,
from stated
left join detailed on stated.practice_code = detailed.practice_code
union all
select
    'detail' as tie,
    'A detail file adds up to its statement' as control,
    stated.practice_code || ' year_to_date' as key,
    'pounds' as unit,
    'statement' as left_name,
    stated.year_to_date_amount as left_figure,
    'detail file' as right_name,
    cast(coalesce(detailed.year_to_date_amount, 0) as decimal(18, 2)) as right_figure,
from stated
left join detailed on stated.practice_code = detailed.practice_code
order by control, key
