-- Purpose: roughly what each practice's patients cost a year, in the generator's own reckoning
--   from the activity it made up and has sent (base price, short stay, excess days, market
--   forces), so that the sample's budgets lie near its spending. It is not the pipeline's
--   reckoning and needs none.
-- Grain: one row per practice and POD.
-- Inputs: spell, fate, episode, practice, provider, hrgs; the variables first_day, last_day,
--   horizon_days, all_need.
create or replace table worth as
with arrived as (
    select episode.spell_no
    from fate
    inner join episode on fate.episode_no = episode.episode_no
    where fate.fate = 'live' and fate.kind = 'finished' and episode.is_last
),

priced as (
    select
        spell.practice_before_merger as practice,
        spell.point_of_delivery as pod,
        case
            when hrgs.hrg_code = 'S98' then 274.00
            when hrgs.hrg_code = 'V20' then 148.00 * greatest(spell.nights, 1)
            when spell.point_of_delivery = 'daycase' then hrgs.daycase_price
            when spell.point_of_delivery = 'elective'
                then
                    hrgs.elective_price + coalesce(hrgs.excess_day_price, 0)
                    * greatest(0, spell.nights - coalesce(hrgs.elective_trim_point, 999))
            when
                spell.event_class = 'emergency'
                and spell.nights < 2
                and hrgs.short_stay_percent is not null
                and spell.birth_date < spell.admission_date - 6940
                then hrgs.non_elective_price * hrgs.short_stay_percent / 100
            else
                hrgs.non_elective_price + coalesce(hrgs.excess_day_price, 0)
                * greatest(0, spell.nights - coalesce(hrgs.non_elective_trim_point, 999))
        end * provider.market_forces_index as price
    from spell
    inner join hrgs on spell.hrg_code = hrgs.hrg_code
    inner join provider on spell.provider = provider.provider
    where
        spell.spell_no in (select arrived.spell_no from arrived)
        and spell.origin = 'registered'
        and spell.point_of_delivery <> 'regular'
        and spell.discharge_date between getvariable('first_day') and getvariable('last_day')
        and coalesce(hrgs.treatment_function, '') not in ('161', '308')
        and hrgs.hrg_code not in ('C05', 'T12')
        and pick('ungrouped', spell.spell_no, 10000) >= 150
        and not happens('outside the tariff', spell.spell_no, 70)
        and not (
            spell.event_class in ('daycase', 'elective')
            and pick('category', spell.spell_no, 10000) < 160
        )
),

observed as (
    select
        practice,
        pod,
        count(price) as spells,
        sum(price)::decimal(18, 2) as amount
    from priced
    group by practice, pod
),

everyone as (
    select
        pod,
        sum(spells) as spells,
        sum(amount) as amount,
        sum(sum(amount)) over () as total
    from observed
    group by pod
),

-- A practice too small to go by its own activity goes by everyone's, at its need.
totals as (
    select
        practice.practice,
        case
            when sum(coalesce(observed.spells, 0)) >= 25 then sum(observed.amount)
            else
                max(everyone.total) * max(practice.list_size * practice.need_percent)
                / getvariable('all_need')
        end as total
    from practice
    cross join everyone
    left join observed
        on practice.practice = observed.practice and everyone.pod = observed.pod
    group by practice.practice
)

-- The mix of PODs is half the practice's own and half everyone's.
select
    totals.practice,
    everyone.pod,
    round(
        (
            totals.total * everyone.amount / everyone.total
            + coalesce(observed.amount, totals.total * everyone.amount / everyone.total)
            * totals.total / nullif(sum(coalesce(
                observed.amount, totals.total * everyone.amount / everyone.total
            )) over (partition by totals.practice), 0)
        ) / 2 * 365 / getvariable('horizon_days')
    )::bigint as annual_amount,
    round(everyone.amount / everyone.spells)::bigint as price_of_a_spell
from totals
cross join everyone
left join observed
    on totals.practice = observed.practice and everyone.pod = observed.pod;
