-- The counts and pounds at each step from records landed to pounds posted.
--
-- Grain: one row.
-- Inputs: record, fate, live_record, spell, current_charge, standing_charge, held_change.
with chargeable as (
    select
        *,
        case
            when not responsible then 'not_responsible'
            when price_status not in ('priced', 'local') then 'not_charged'
            when activity_month < getvariable('ledger_opens') then 'before_ledger'
            else 'due'
        end as standing,
    from current_charge
)

select
    (select coalesce(sum(records), 0) from fate) as records,
    (select coalesce(sum(records), 0) from fate where fate = 'quarantined') as quarantined,
    (select coalesce(sum(records), 0) from fate where fate = 'deletion') as deletion,
    (select coalesce(sum(records), 0) from fate where fate = 'superseded') as superseded,
    (select coalesce(sum(records), 0) from fate where fate = 'deleted') as deleted,
    (select coalesce(sum(records), 0) from fate where fate = 'replaced') as replaced,
    (select coalesce(sum(records), 0) from fate where fate = 'live') as live,
    (select count(*) from live_record where fate = 'live' and record_group = 'unfinished')
        as unfinished,
    (select count(*) from live_record where fate = 'live' and record_group = 'other')
        as other_care,
    (select count(*) from live_record where fate = 'live' and record_group = 'finished')
        as episodes,
    (select count(*) from spell) as spells,
    (select count(*) from spell where coalesce(discharge_date > getvariable('period_end'), true))
        as open_spells,
    (select coalesce(sum(total_price), 0) from chargeable) as total_amount,
    (select count(*) from chargeable) as closed_spells,
    (select count(*) from chargeable where price_status in ('priced', 'local'))
        as priced_spells,
    (select count(*) from chargeable where price_status = 'excluded') as excluded,
    (select count(*) from chargeable where price_status = 'ungrouped') as ungrouped,
    (select count(*) from chargeable where price_status = 'no_tariff') as no_tariff,
    (select count(*) from chargeable where standing = 'not_responsible')
        as not_responsible_spells,
    (
        select count(*)
        from chargeable
        where standing = 'not_responsible' and price_status in ('priced', 'local')
    ) as not_responsible_priced,
    (select coalesce(sum(total_price), 0) from chargeable where standing = 'not_responsible')
        as not_responsible_amount,
    (select count(*) from chargeable where standing = 'before_ledger') as before_ledger_spells,
    (select coalesce(sum(total_price), 0) from chargeable where standing = 'before_ledger')
        as before_ledger_amount,
    (select count(*) from chargeable where standing = 'due') as due_spells,
    (select coalesce(sum(total_price), 0) from chargeable where standing = 'due') as due_amount,
    (select count(*) from standing_charge where budget_holder <> 'RESIDENT') as practice_spells,
    (
        select coalesce(sum(total_price), 0)
        from standing_charge
        where budget_holder <> 'RESIDENT'
    ) as practice_amount,
    (select count(*) from standing_charge where budget_holder = 'RESIDENT') as suspense_spells,
    (
        select coalesce(sum(total_price), 0)
        from standing_charge
        where budget_holder = 'RESIDENT'
    ) as suspense_amount,
    (select count(*) from held_change) as held_changes,
    (select coalesce(sum(amount), 0) from held_change) as held_amount,
    (select coalesce(sum(amount), 0) from posting where close_number <= getvariable('close_number'))
        as posted_amount
