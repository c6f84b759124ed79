-- Takes back what an earlier run of this close wrote: it was not issued, or the close would not
-- run.
--
-- Inputs: charge, posting.
delete from posting
where close_number = getvariable('close_number');

delete from charge
where from_close = getvariable('close_number');

update charge
set to_close = null
where to_close = getvariable('close_number');
