-- What the ledger holds after a close: the postings by which charges stand.
--
-- Grain: of posting_so_far one row per posting; of standing_posting one per spell that is charged.
--
-- A charge stands until a later close credits it. The same version of a charge can be posted more
-- than once: where months are opened, shut and opened again by [ledger] opens, it is withdrawn and
-- restored without having changed.
create or replace temp macro posting_so_far(last_close) as table
    with reversal as (
        select
            charge_number,
            max(close_number) as close_number, -- the last that credited it
        from posting
        where kind = 'credit' and close_number <= last_close
        group by charge_number
    )

    select
        posting.*,
        posting.kind = 'charge' and coalesce(posting.close_number > reversal.close_number, true)
            as stands,
    from posting
    left join reversal on posting.charge_number = reversal.charge_number
    where posting.close_number <= last_close;

create or replace temp macro standing_posting(last_close) as table
    select * exclude (stands)
    from posting_so_far(last_close)
    where stands;
