-- Frozen charges that a succession moves: a version for the successor with the figures as posted.
--
-- Grain: one row per frozen spell that moves. It begins and ends in this close: it is what the
-- ledger holds, not what the close would charge today.
-- Inputs: entry, charge.
insert into charge
select
    charge_number_of(getvariable('close_number'), charge.first_record, 1) as charge_number,
    getvariable('close_number') as from_close,
    getvariable('close_number') as to_close,
    charge.* exclude (charge_number, from_close, to_close) replace (entry.heir as budget_holder),
from charge
-- The few that move stand on this side, which is the one kept in memory.
inner join entry on charge.charge_number = entry.posted_number
where entry.is_frozen and entry.reason = 'moved';
