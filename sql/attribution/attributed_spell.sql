-- The waterfall: the practice that answers for a spell, and which rule decided.
--
-- Grain: one row per spell, those still open included: whose patients they are is told, too.
-- Inputs: spell, reference.registration, reference.practice, reference.gp, reference.membership,
--         default_practice.
--
-- On the attribution date the first that holds: the registration list, the practice submitted, the
-- practice of the GP submitted, residence here, nothing. Of several candidates the latest start
-- wins, then the lowest practice code.
create or replace table attributed_spell as
with asked as (
    select
        first_record,
        nhs_number,
        gp_practice_code,
        gmp_code,
        residence_commissioner,
        if(
            getvariable('attribution_date') = 'discharge',
            coalesce(discharge_date, getvariable('period_end')),
            admission_date
        ) as asked_on,
    from spell
),

registered as (
    select
        asked.first_record,
        arg_min(
            registration.practice_code,
            {
                'days': asked.asked_on - registration.start_date,
                'practice_code': registration.practice_code
            }
        ) as practice_code,
        list(
            {
                'start': registration.start_date,
                'practice_code': registration.practice_code
            }
        ) as candidates,
    from asked
    inner join reference.registration
        on
            asked.nhs_number = registration.nhs_number
            and asked.asked_on >= registration.start_date
            and coalesce(asked.asked_on < registration.end_date, true)
    where nhs_number_is_valid(asked.nhs_number)
    group by asked.first_record
),

placed_by_gp as (
    select
        asked.first_record,
        arg_min(
            gp.practice_code,
            { 'days': asked.asked_on - gp.start_date, 'practice_code': gp.practice_code }
        ) as practice_code,
        list({ 'start': gp.start_date, 'practice_code': gp.practice_code }) as candidates,
    from asked
    inner join reference.gp
        on
            asked.gmp_code = gp.gmp_code
            and asked.asked_on >= gp.start_date
            and coalesce(asked.asked_on <= gp.end_date, true)
    group by asked.first_record
),

weighed as (
    select
        asked.first_record,
        asked.asked_on,
        asked.gp_practice_code,
        registered.practice_code as registered_practice,
        practice.practice_code as submitted_practice,
        placed_by_gp.practice_code as gp_practice,
        case
            when registered.practice_code is not null then 'registration'
            when practice.practice_code is not null then 'submitted_practice'
            when placed_by_gp.practice_code is not null then 'submitted_gp'
            when asked.residence_commissioner = getvariable('commissioner') then 'resident'
            else 'none'
        end as attribution_basis,
        coalesce(registered.candidates, placed_by_gp.candidates) as candidates,
    from asked
    left join registered on asked.first_record = registered.first_record
    left join reference.practice
        on
            asked.gp_practice_code = practice.practice_code
            and not list_contains(getvariable('default_practices'), asked.gp_practice_code)
            and coalesce(practice.open_date <= asked.asked_on, true)
            and coalesce(practice.close_date >= asked.asked_on, true)
    left join placed_by_gp on asked.first_record = placed_by_gp.first_record
),

decided as (
    select
        first_record,
        asked_on,
        gp_practice_code,
        attribution_basis,
        case attribution_basis
            when 'registration' then registered_practice
            when 'submitted_practice' then submitted_practice
            when 'submitted_gp' then gp_practice
            when 'resident' then 'RESIDENT'
        end as practice_code,
        -- Two practices with equal claims: the lowest code was taken, and that is counted.
        attribution_basis in ('registration', 'submitted_gp')
        and len(
            list_distinct(
                list_transform(
                    list_filter(
                        candidates,
                        lambda candidate: candidate.start
                        = list_max(list_transform(candidates, lambda each: each.start))
                    ),
                    lambda candidate: candidate.practice_code
                )
            )
        ) > 1 as is_tied,
    from weighed
),

member as (
    select distinct decided.first_record
    from decided
    inner join reference.membership
        on
            decided.practice_code = membership.practice_code
            and membership.commissioner_code = getvariable('commissioner')
            and decided.asked_on >= membership.start_date
            and coalesce(decided.asked_on <= membership.end_date, true)
),

member_elsewhere as (
    select
        decided.first_record,
        min(membership.commissioner_code) as commissioner_code,
    from decided
    inner join reference.membership
        on
            decided.practice_code = membership.practice_code
            and decided.asked_on >= membership.start_date
            and coalesce(decided.asked_on <= membership.end_date, true)
    group by decided.first_record
)

select
    decided.first_record,
    decided.attribution_basis,
    decided.gp_practice_code as submitted_practice_code,
    decided.practice_code,
    decided.is_tied,
    decided.attribution_basis = 'resident' or member.first_record is not null as responsible,
    case
        when decided.attribution_basis = 'resident' or member.first_record is not null then null
        when decided.attribution_basis = 'none'
            then 'neither a practice nor a residence of this commissioner'
        when member_elsewhere.commissioner_code is not null
            then
                'practice ' || decided.practice_code || ' is with commissioner '
                || member_elsewhere.commissioner_code
        else 'practice ' || decided.practice_code || ' is with no commissioner on the date'
    end as not_responsible_reason,
from decided
left join member on decided.first_record = member.first_record
left join member_elsewhere on decided.first_record = member_elsewhere.first_record;
