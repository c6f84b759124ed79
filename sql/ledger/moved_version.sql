-- Frozen charges that a succession moves: a version for the successor with the figures as posted.
--
-- Grain: one row per frozen spell that moves. It begins and ends in this close: it is what the
-- ledger holds, not what the close would charge today.
-- Inputs: entry, charge.
insert into charge
select
    (select max(version.charge_number) from charge as version)
    + row_number() over (order by charge.spell_id) as charge_number,
    getvariable('close_number') as from_close,
    getvariable('close_number') as to_close,
    charge.* exclude (charge_number, from_close, to_close) replace (entry.heir as budget_holder),
from entry
inner join charge on entry.posted_number = charge.charge_number
where entry.is_frozen and entry.reason = 'moved';
