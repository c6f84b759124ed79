-- The counts and pounds at each step from records landed to pounds posted.
--
-- Grain: one row.
-- Inputs: record, fate, live_record, spell, charge, standing_charge, held_change.
with chargeable as (
    select
        *,
        case
            when not responsible then 'not_responsible'
            when price_status not in ('priced', 'local') then 'not_charged'
            when activity_month < getvariable('ledger_opens') then 'before_ledger'
            else 'due'
        end as standing,
    from charge
    where to_close is null
),

of_records as (
    select
        coalesce(sum(records), 0) as records,
        coalesce(sum(records) filter (where fate = 'quarantined'), 0) as quarantined,
        coalesce(sum(records) filter (where fate = 'deletion'), 0) as deletion,
        coalesce(sum(records) filter (where fate = 'superseded'), 0) as superseded,
        coalesce(sum(records) filter (where fate = 'deleted'), 0) as deleted,
        coalesce(sum(records) filter (where fate = 'replaced'), 0) as replaced,
        coalesce(sum(records) filter (where fate = 'live'), 0) as live,
    from fate
),

of_live_records as (
    select
        count(*) filter (where record_group = 'unfinished') as unfinished,
        count(*) filter (where record_group = 'other') as other_care,
        count(*) filter (where record_group = 'finished') as episodes,
    from live_record
    where fate = 'live'
),

of_spells as (
    select
        count(*) as spells,
        count(*) filter (where coalesce(discharge_date > getvariable('period_end'), true))
            as open_spells,
    from spell
),

of_closed_spells as (
    select
        coalesce(sum(total_price), 0) as total_amount,
        count(*) as closed_spells,
        count(*) filter (where price_status in ('priced', 'local')) as priced_spells,
        count(*) filter (where price_status = 'excluded') as excluded,
        count(*) filter (where price_status = 'ungrouped') as ungrouped,
        count(*) filter (where price_status = 'no_tariff') as no_tariff,
        count(*) filter (where standing = 'not_responsible') as not_responsible_spells,
        count(*) filter (
            where standing = 'not_responsible' and price_status in ('priced', 'local')
        ) as not_responsible_priced,
        coalesce(sum(total_price) filter (where standing = 'not_responsible'), 0)
            as not_responsible_amount,
        count(*) filter (where standing = 'before_ledger') as before_ledger_spells,
        coalesce(sum(total_price) filter (where standing = 'before_ledger'), 0)
            as before_ledger_amount,
        count(*) filter (where standing = 'due') as due_spells,
        coalesce(sum(total_price) filter (where standing = 'due'), 0) as due_amount,
    from chargeable
),

of_standing_charges as (
    select
        count(*) filter (where budget_holder <> 'RESIDENT') as practice_spells,
        coalesce(sum(amount) filter (where budget_holder <> 'RESIDENT'), 0)
            as practice_amount,
        count(*) filter (where budget_holder = 'RESIDENT') as suspense_spells,
        coalesce(sum(amount) filter (where budget_holder = 'RESIDENT'), 0)
            as suspense_amount,
    from standing_charge
),

of_held_changes as (
    select
        count(*) as held_changes,
        coalesce(sum(amount), 0) as held_amount,
    from held_change
),

of_postings as (
    select coalesce(sum(amount), 0) as posted_amount
    from posting
    where close_number <= getvariable('close_number')
)

select *
from of_records
cross join of_live_records
cross join of_spells
cross join of_closed_spells
cross join of_standing_charges
cross join of_held_changes
cross join of_postings
