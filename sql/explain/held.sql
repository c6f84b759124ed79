-- What the freeze holds of a spell: its current charge less what the ledger holds.
--
-- Grain: one row, or none. Variable: spell_id.
-- Inputs: held_change.
select
    strftime(activity_month, '%Y-%m') as activity_month,
    amount,
from held_change
where spell_id = getvariable('spell_id')
