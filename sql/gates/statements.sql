-- Figures of the gate `statements`: whether the books and the packages tie, so that they may leave.
--
-- Grain: one row.
-- Inputs: control_total, what `pbc verify` shows.
select
    cast(null as varchar) as place,
    count(*) filter (where tie in ('charges', 'amounts')) as postings_off,
    count(*) filter (where tie in ('priced', 'not_charged')) as priced_off,
    count(*) filter (where tie = 'components') as components_off,
    count(*) filter (where tie in ('closing', 'changes')) as closings_off,
    count(*) filter (where tie in ('position', 'spent')) as positions_off,
    count(*) filter (where tie = 'budget') as budgets_off,
    count(*) filter (where tie = 'forecast') as forecasts_off,
    count(*) filter (where tie = 'fates') as fates_off,
    count(*) filter (where tie = 'detail') as details_off,
    count(*) filter (where tie in ('manifest', 'packages')) as packages_off,
from control_total
where left_figure <> right_figure
