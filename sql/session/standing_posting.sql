-- What the ledger holds after a close: the postings by which charges stand.
--
-- Grain: one row per spell that is charged.
--
-- A charge stands until a later close credits it. The same version of a charge can be posted more
-- than once: where months are opened, shut and opened again by [ledger] opens, it is withdrawn and
-- restored without having changed.
create or replace temp macro standing_posting(last_close) as table
    select posting.*
    from posting
    where
        posting.close_number <= last_close
        and posting.kind = 'charge'
        and not exists (
            select 1
            from posting as reversal
            where
                reversal.charge_number = posting.charge_number
                and reversal.kind = 'credit'
                and reversal.close_number > posting.close_number
                and reversal.close_number <= last_close
        );
