-- When the ledger posted what stands for a month of activity: in the month itself (lag 0), in the
-- next (1) and so on, over the whole commissioner, RESIDENT included.
--
-- Grain: one row per POD, month of activity and lag with a posting. Pennies, credits negative.
-- Inputs: posting, close.
--
-- Only months that the ledger saw from their first day, two years back at most: what was posted for
-- earlier ones came all at once. A new edition of the tariff says nothing of when charges arrive.
select
    posting.pod,
    date_diff('month', getvariable('year_start'), posting.activity_month) as month,
    date_diff('month', posting.activity_month, close.period) as lag,
    cast(sum(posting.amount) * 100 as bigint) as pennies,
from posting
inner join close on posting.close_number = close.close_number
where
    posting.close_number <= getvariable('close_number')
    and posting.reason <> 'repriced'
    and posting.activity_month > getvariable('period') - interval 2 year
    and posting.activity_month >= (
        select min(first_close.period)
        from close as first_close
    )
group by all
order by all
