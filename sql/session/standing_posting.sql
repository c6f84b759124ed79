-- What the ledger holds after a close: the postings by which charges stand.
--
-- Grain: one row per spell that is charged.
--
-- A charge stands until a later close credits it. The same version of a charge can be posted more
-- than once: where months are opened, shut and opened again by [ledger] opens, it is withdrawn and
-- restored without having changed.
create or replace temp macro standing_posting(last_close) as table
    with reversal as (
        select
            charge_number,
            max(close_number) as close_number, -- the last that credited it
        from posting
        where kind = 'credit' and close_number <= last_close
        group by charge_number
    )

    select posting.*
    from posting
    left join reversal on posting.charge_number = reversal.charge_number
    where
        posting.kind = 'charge'
        and posting.close_number <= last_close
        and coalesce(posting.close_number > reversal.close_number, true);
