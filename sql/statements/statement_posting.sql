-- The postings that statements tell of: those of this period, all its revisions, and those by which
-- charges stand after this close.
--
-- Grain: one row per posting.
-- Inputs: listed_posting, close, charge, record, reference.budget_scope.
--
-- A posting says most of what its charge does: only the rest is looked up. Most of them stand, so
-- that one table of both is little more than one of either, and is made in one pass.
create or replace temp table statement_posting as
with of_period as (
    select
        posting.*,
        close.period = getvariable('period') as is_of_period,
    from listed_posting as posting
    inner join close on posting.close_number = close.close_number
),

scope_of_year as (
    select
        *,
        cast(left(financial_year, 4) as bigint) as year_begins,
    from reference.budget_scope
)

select
    posting.*,
    posting.activity_month >= getvariable('year_start') as is_this_year,
    posting.activity_month < getvariable('period') as is_earlier_month,
    coalesce(scope_of_year.treatment = 'excluded', false) as is_excluded,
    charge.provider_code,
    charge.tariff_edition,
    charge.attribution_basis,
    charge.attribution_basis = 'registration'
    and coalesce(charge.submitted_practice_code <> charge.practice_code, false)
        as is_submitted_elsewhere,
    first_record.main_specialty,
from of_period as posting
inner join charge on posting.charge_number = charge.charge_number
inner join record as first_record on charge.first_record = first_record.rowid
left join scope_of_year
    on
        financial_year_begins(posting.activity_month) = scope_of_year.year_begins
        and posting.budget_holder = scope_of_year.practice_code
        and posting.pod = scope_of_year.pod
where posting.is_of_period or posting.stands;

-- What the ledger holds after this close: one row per spell posted.
create or replace temp view standing_charge as
from statement_posting
where stands;

-- What this period posted: one row per posting of the period, all its revisions.
create or replace temp view period_posting as
from statement_posting
where is_of_period;
