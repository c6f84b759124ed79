-- What the ledger holds after this close, with what its statements tell of it.
--
-- Grain: one row per spell posted.
-- Inputs: standing_posting, charge, record, reference.budget_scope.
--
-- A posting says most of what its charge does: only the rest is looked up.
create or replace temp table standing_charge as
select
    posting.budget_holder,
    posting.charge_reference,
    posting.reason,
    posting.charge_number,
    charge.provider_code,
    posting.activity_month,
    posting.activity_month >= getvariable('year_start') as is_this_year,
    posting.pod,
    posting.hrg_code,
    posting.amount as total_price,
    charge.attribution_basis,
    charge.attribution_basis = 'registration'
    and coalesce(charge.submitted_practice_code <> charge.practice_code, false)
        as is_submitted_elsewhere,
    first_record.main_specialty,
    coalesce(budget_scope.treatment, 'held') as treatment,
from standing_posting(getvariable('close_number')) as posting
inner join charge on posting.charge_number = charge.charge_number
inner join record as first_record on charge.first_record = first_record.rowid
left join reference.budget_scope
    on
        budget_scope.financial_year = financial_year(posting.activity_month)
        and posting.budget_holder = budget_scope.practice_code
        and posting.pod = budget_scope.pod;
