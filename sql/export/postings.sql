-- Export `postings`: the ledger's entries of a period, all its revisions that are closed.
--
-- Grain: one row per posting.
-- Inputs: posting, close.
select
    strftime(close.period, '%Y-%m') as period,
    close.revision,
    posting.kind,
    posting.reason,
    posting.spell_id,
    posting.budget_holder,
    strftime(posting.activity_month, '%Y-%m') as activity_month,
    posting.pod,
    posting.hrg_code,
    posting.amount,
    posting.charge_reference,
from posting
inner join close on posting.close_number = close.close_number
where
    close.period = getvariable('period')
    and close.close_number <= getvariable('close_number')
order by posting.spell_id, posting.kind = 'charge', close.revision
