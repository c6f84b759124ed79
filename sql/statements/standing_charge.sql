-- What the ledger holds after this close: the versions of charges by which spells are charged.
--
-- Grain: one row per spell that is charged.
-- Inputs: charge, standing_posting, record, excluded_scope.
--
-- A posting has the holder, month, point of delivery, HRG and price of its version, so that only
-- the numbers of those that stand are asked of the ledger. A dozen queries read this table: it has
-- what they ask for and no more, so that of a country, too, it stays in memory.
create or replace temp table standing_charge as
select
    charge.budget_holder,
    charge.activity_month,
    charge.pod,
    charge.hrg_code,
    charge.total_price as amount,
    charge.provider_code,
    first_record.main_specialty,
    charge.attribution_basis,
    charge.attribution_basis = 'registration'
    and coalesce(first_record.gp_practice_code <> charge.practice_code, false)
        as is_submitted_elsewhere,
    charge.activity_month >= getvariable('year_start') as is_this_year,
    excluded_scope.pod is not null as is_excluded,
from charge
inner join record as first_record on charge.first_record = first_record.rowid
left join excluded_scope
    on
        financial_year_begins(charge.activity_month) = excluded_scope.year_begins
        and charge.budget_holder = excluded_scope.practice_code
        and charge.pod = excluded_scope.pod
where
    charge.charge_number in (
        select standing.charge_number
        from standing_posting(getvariable('close_number')) as standing
    );
