-- A spell's postings through time, with the version of the charge that each posts or reverses.
--
-- Grain: one row per posting. Variable: spell_id.
-- Inputs: posting, close, charge, reference.practice.
select
    strftime(close.period, '%Y-%m') as period,
    close.revision,
    posting.kind,
    posting.reason,
    posting.charge_reference,
    posting.budget_holder,
    practice.name as budget_holder_name,
    strftime(posting.activity_month, '%Y-%m') as activity_month,
    posting.pod,
    posting.hrg_code,
    charge.tariff_edition,
    posting.amount,
from posting
inner join close on posting.close_number = close.close_number
inner join charge on posting.charge_number = charge.charge_number
left join reference.practice on posting.budget_holder = practice.practice_code
where posting.spell_id = getvariable('spell_id')
order by posting.close_number, posting.kind = 'charge'
