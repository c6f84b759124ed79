-- What the detail files list: what this close posted, the charges standing in the year, and spells
-- of the practice's patients that were not charged.
--
-- Grain: one row per practice and posting or spell, of the practices that receive a statement.
-- Inputs: listed_posting, charge, not_charged_spell, statement. Variables: first_practice,
--         last_practice (the codes between which they are wanted).
--
-- A charge that this close posted and that stands is on two sheets, as one row. A posting shows the
-- version of the charge that it posts; a credit shows the version that it reverses, every amount
-- negated.
create or replace temp view detail_entry as
with receiver as (
    select
        practice_code,
        cast(row_number() over (order by practice_code) as integer) as holder_number,
    from statement
    where close_number = getvariable('close_number')
),

entry as (
    select
        posting.budget_holder as holder,
        posting.close_number,
        posting.period,
        posting.revision,
        posting.number,
        posting.is_on_charges,
        posting.is_on_year_to_date,
        false as is_on_not_charged,
        posting.kind,
        posting.reason,
        posting.kind = 'credit' as is_credit,
        charge.* exclude (charge_number, from_close, to_close, budget_holder),
        cast(null as varchar) as not_charged_reason,
    from listed_posting as posting
    inner join charge on posting.charge_number = charge.charge_number
    where
        posting.budget_holder between getvariable('first_practice') and getvariable('last_practice')
        and (posting.is_on_charges or posting.is_on_year_to_date)
    union all by name
    select
        *,
        false as is_on_charges,
        false as is_on_year_to_date,
        true as is_on_not_charged,
        false as is_credit,
    from not_charged_spell
    where holder between getvariable('first_practice') and getvariable('last_practice')
)

select
    receiver.holder_number,
    entry.*,
from entry
inner join receiver on entry.holder = receiver.practice_code;
