-- What the ledger holds after this close, with what its statements tell of it.
--
-- Grain: one row per spell posted.
-- Inputs: standing_posting, charge, record, reference.budget_scope.
create or replace temp table standing_charge as
select
    posting.budget_holder,
    posting.charge_reference,
    posting.reason,
    charge.charge_number,
    charge.spell_id,
    charge.provider_code,
    charge.activity_month,
    charge.activity_month >= getvariable('year_start') as is_this_year,
    charge.pod,
    charge.hrg_code,
    charge.total_price,
    charge.attribution_basis,
    charge.submitted_practice_code,
    charge.practice_code,
    first_record.main_specialty,
    coalesce(budget_scope.treatment, 'held') as treatment,
from standing_posting(getvariable('close_number')) as posting
inner join charge on posting.charge_number = charge.charge_number
inner join record as first_record on charge.first_record = first_record.rowid
left join reference.budget_scope
    on
        budget_scope.financial_year = financial_year(charge.activity_month)
        and posting.budget_holder = budget_scope.practice_code
        and posting.pod = budget_scope.pod;
