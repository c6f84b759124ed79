-- Control totals of a close, each worked out in two ways that must agree.
--
-- Grain: one row per control and key.
-- Inputs: interchange, record, quarantine, fate (of interchange_fate), charge, posting,
--         standing_posting, close, position, budget, pod.
--
-- `tie` names what must tie, `control` says it, `key` says for what, `unit` what is counted.
with standing as not materialized (
    select *
    from standing_posting(getvariable('close_number'))
),

seen as not materialized (
    -- Every spell as this close saw it.
    select
        charge.*,
        case
            when not charge.responsible then 'not_responsible'
            when charge.price_status not in ('priced', 'local') then 'not_charged'
            when charge.activity_month < getvariable('ledger_opens') then 'before_ledger'
            else 'due'
        end as standing,
    from charge
    where
        charge.from_close <= getvariable('close_number')
        and coalesce(charge.to_close > getvariable('close_number'), true)
),

priced as (
    -- What those spells are priced at, in all and by how they stand.
    select
        coalesce(sum(total_price), 0) as total,
        coalesce(sum(total_price) filter (where standing = 'not_responsible'), 0)
            as not_responsible,
        coalesce(sum(total_price) filter (where standing = 'before_ledger'), 0) as before_ledger,
        coalesce(sum(total_price) filter (where standing = 'not_charged'), 0) as not_charged,
    from seen
),

should_stand as not materialized (
    select *
    from seen
    where standing = 'due'
),

-- What a version that is due says, and one that was posted, in one number: of a country's millions
-- nearly all are posted just as they are due, and need not be looked at any closer.
due_content as (
    select
        charge_number,
        hash(spell_id, budget_holder, activity_month, pod, hrg_code, total_price) as content,
    from should_stand
),

posted_content as (
    select
        charge_number,
        hash(spell_id, budget_holder, activity_month, pod, hrg_code, amount) as content,
    from standing
),

apart as (
    select
        due.charge_number as due_number,
        posted.charge_number as posted_number,
    from due_content as due
    full join posted_content as posted
        on due.charge_number = posted.charge_number and due.content = posted.content
    where due.charge_number is null or posted.charge_number is null
),

due_apart as (
    select *
    from should_stand
    where charge_number in (select apart.due_number from apart)
),

posted_apart as (
    select *
    from standing
    where charge_number in (select apart.posted_number from apart)
),

by_spell as (
    select
        coalesce(due.spell_id, posted.spell_id) as spell_id,
        coalesce(due.total_price, 0) as due,
        coalesce(posted.amount, 0) as posted,
        coalesce(due.activity_month < getvariable('frozen_before'), false)
        or coalesce(posted.activity_month < getvariable('frozen_before'), false) as is_frozen,
        (
            due.budget_holder is not distinct from posted.budget_holder
            and due.activity_month is not distinct from posted.activity_month
            and due.pod is not distinct from posted.pod
            and due.hrg_code is not distinct from posted.hrg_code
            and due.total_price is not distinct from posted.amount
        ) as is_same,
    from due_apart as due
    full join posted_apart as posted on due.spell_id = posted.spell_id
),

held as (
    select sum(due - posted) as amount
    from by_spell
    where is_frozen and not is_same
),

ledger_by_practice as (
    select
        posting.budget_holder,
        posting.pod,
        sum(posting.amount) filter (
            where posting.activity_month >= getvariable('year_start')
        ) as ytd_actual,
        sum(posting.amount) filter (
            where posting.activity_month = getvariable('period')
        ) as month_actual,
        sum(posting.amount) filter (
            where
            close.period = getvariable('period')
            and posting.activity_month >= getvariable('year_start')
            and posting.activity_month < getvariable('period')
        ) as adjustments,
        sum(posting.amount) filter (
            where
            close.period = getvariable('period')
            and posting.activity_month < getvariable('year_start')
        ) as prior_year_adjustments,
    from posting
    inner join close on posting.close_number = close.close_number
    where posting.close_number <= getvariable('close_number')
    group by all
),

this_position as (
    select *
    from position
    where close_number = getvariable('close_number')
),

last_position as (
    select
        practice_code,
        pod,
        ytd_actual,
    from position
    where
        close_number = (
            select max(close_number)
            from close
            where
                period = getvariable('period') - interval 1 month
                and period >= getvariable('year_start')
        )
),

compared as (
    -- Each figure of a practice's point of delivery, as the ledger and as the position have it.
    select
        this_position.practice_code,
        this_position.pod,
        unnest(['ytd_actual', 'month_actual', 'adjustments', 'prior_year_adjustments']) as name,
        unnest(
            [
                ledger_by_practice.ytd_actual,
                ledger_by_practice.month_actual,
                ledger_by_practice.adjustments,
                ledger_by_practice.prior_year_adjustments
            ]
        ) as ledger,
        unnest(
            [
                this_position.ytd_actual,
                this_position.month_actual,
                this_position.adjustments,
                this_position.prior_year_adjustments
            ]
        ) as position,
    from this_position
    left join ledger_by_practice
        on
            this_position.practice_code = ledger_by_practice.budget_holder
            and this_position.pod = ledger_by_practice.pod
    where this_position.pod <> 'total'
)

select
    1 as place,
    'fates' as tie,
    'Every record of an interchange has one fate' as control,
    concat_ws(' ', interchange.sender, interchange.interchange_id) as key,
    'records' as unit,
    'declared by the trailer' as left_name,
    cast(coalesce(interchange.declared_records, interchange.records) as decimal(18, 2))
        as left_figure,
    'sum of its fates' as right_name,
    cast(coalesce(sum(fate.records), 0) as decimal(18, 2)) as right_figure,
from interchange
left join fate
    on
        interchange.sender = fate.sender
        and interchange.interchange_id = fate.interchange_id
where interchange.landing_number <= getvariable('high_water')
group by all
union all
select
    2 as place,
    'priced' as tie,
    'All that was priced is accounted for' as control,
    '' as key,
    'pounds' as unit,
    'total price of every spell' as left_name,
    cast(priced.total as decimal(18, 2)) as left_figure,
    'practices + suspense + not responsible + held + before the ledger' as right_name,
    cast(
        (
            select coalesce(sum(posting.amount), 0)
            from posting
            where posting.close_number <= getvariable('close_number')
        )
        + priced.not_responsible
        + priced.before_ledger
        + coalesce(held.amount, 0) as decimal(18, 2)
    ) as right_figure,
from priced
cross join held
union all
select
    3 as place,
    'not_charged' as tie,
    'What is not charged has no price' as control,
    '' as key,
    'pounds' as unit,
    'total price of spells not charged' as left_name,
    cast(priced.not_charged as decimal(18, 2)) as left_figure,
    'nothing' as right_name,
    0 as right_figure,
from priced
union all
select
    4 as place,
    'charges' as tie,
    'A spell''s postings are its current charge' as control,
    by_spell.spell_id as key,
    'pounds' as unit,
    'current charge' as left_name,
    cast(by_spell.due as decimal(18, 2)) as left_figure,
    'standing postings' as right_name,
    cast(by_spell.posted as decimal(18, 2)) as right_figure,
from by_spell
where not by_spell.is_same and not by_spell.is_frozen
union all
select
    5 as place,
    'amounts' as tie,
    'A posting has the price of its charge' as control,
    posting.charge_reference as key,
    'pounds' as unit,
    'total price of the version' as left_name,
    cast(if(posting.kind = 'credit', -charge.total_price, charge.total_price) as decimal(18, 2))
        as left_figure,
    'amount posted' as right_name,
    cast(posting.amount as decimal(18, 2)) as right_figure,
from posting
inner join charge on posting.charge_number = charge.charge_number
where
    posting.close_number <= getvariable('close_number')
    and posting.amount <> if(posting.kind = 'credit', -charge.total_price, charge.total_price)
union all
select
    6 as place,
    'components' as tie,
    'A price is the sum of its components' as control,
    seen.spell_id as key,
    'pounds' as unit,
    'sum of the components' as left_name,
    cast(
        seen.base_price + seen.short_stay_adjustment + seen.excess_day_payment
        + seen.top_up_payment + seen.market_forces_payment as decimal(18, 2)
    ) as left_figure,
    'total price' as right_name,
    cast(seen.total_price as decimal(18, 2)) as right_figure,
from seen
where
    seen.total_price
    <> seen.base_price + seen.short_stay_adjustment + seen.excess_day_payment
    + seen.top_up_payment + seen.market_forces_payment
union all
select
    7 as place,
    'position' as tie,
    'The position is the ledger' as control,
    concat_ws(' ', compared.practice_code, compared.pod, compared.name) as key,
    'pounds' as unit,
    'sum of postings' as left_name,
    cast(coalesce(compared.ledger, 0) as decimal(18, 2)) as left_figure,
    'position' as right_name,
    cast(compared.position as decimal(18, 2)) as right_figure,
from compared
union all
select
    8 as place,
    'closing' as tie,
    'Opening + new + adjustments = closing' as control,
    concat_ws(' ', this_position.practice_code, this_position.pod) as key,
    'pounds' as unit,
    'last period + this month + adjustments' as left_name,
    cast(
        coalesce(last_position.ytd_actual, 0)
        + this_position.month_actual
        + this_position.adjustments as decimal(18, 2)
    ) as left_figure,
    'spent to date' as right_name,
    cast(this_position.ytd_actual as decimal(18, 2)) as right_figure,
from this_position
left join last_position
    on
        this_position.practice_code = last_position.practice_code
        and this_position.pod = last_position.pod
union all
select
    9 as place,
    'budget' as tie,
    'A budget is the sum of its parts' as control,
    concat_ws(' ', budget.practice_code, budget.pod) as key,
    'pounds' as unit,
    'base + uplift + adjustment + contingency' as left_name,
    cast(
        budget.base_amount + budget.uplift + budget.adjustment + budget.contingency
        as decimal(18, 2)
    ) as left_figure,
    'annual amount' as right_name,
    cast(budget.annual_amount as decimal(18, 2)) as right_figure,
from budget
where budget.close_number = getvariable('close_number')
union all
select
    10 as place,
    'budget' as tie,
    'Every budget is in a position' as control,
    pod.code as key,
    'pounds' as unit,
    'budgets of the year' as left_name,
    cast(
        (
            select coalesce(sum(budget.annual_amount), 0)
            from budget
            where
                budget.close_number = getvariable('close_number')
                and budget.pod = pod.code
        ) as decimal(18, 2)
    ) as left_figure,
    'annual budgets of all practices' as right_name,
    cast(
        (
            select coalesce(sum(this_position.annual_budget), 0)
            from this_position
            where this_position.pod = pod.code
        ) as decimal(18, 2)
    ) as right_figure,
from pod
order by place, key
