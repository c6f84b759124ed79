-- The waterfall: the practice that answers for a spell, and which rule decided.
--
-- Grain: one row per spell, those still open included: whose patients they are is told, too.
-- Inputs: spell, record, reference.registration, reference.practice, reference.gp,
--         reference.membership.
--
-- On the attribution date the first that holds: the registration list, the practice submitted, the
-- practice of the GP submitted, residence here, nothing. Of several practices with a claim the
-- latest start wins, then the lowest practice code.
create or replace table attributed_spell as
with asked as (
    select
        spell.first_record,
        record.gp_practice_code,
        record.gmp_code,
        record.residence_commissioner,
        if(
            getvariable('attribution_date') = 'discharge',
            coalesce(spell.discharge_date, getvariable('period_end')),
            spell.admission_date
        ) as asked_on,
        if(nhs_number_is_valid(record.nhs_number), record.nhs_number, null) as valid_nhs_number,
        -- A default code says that the practice is not known.
        if(
            list_contains(getvariable('default_practices'), record.gp_practice_code),
            null,
            record.gp_practice_code
        ) as named_practice,
    from spell
    inner join record on spell.first_record = record.rowid
),

registration_claim as (
    select
        asked.first_record,
        registration.practice_code,
        registration.start_date,
    from asked
    inner join reference.registration
        on
            asked.valid_nhs_number = registration.nhs_number
            and asked.asked_on >= registration.start_date
    where coalesce(asked.asked_on < registration.end_date, true)
),

submitted as (
    select
        asked.*,
        if(
            coalesce(practice.open_date <= asked.asked_on, true)
            and coalesce(practice.close_date >= asked.asked_on, true),
            practice.practice_code,
            null
        ) as submitted_practice,
    from asked
    left join reference.practice on asked.named_practice = practice.practice_code
),

-- The practitioner is asked only where nothing before has decided.
gp_claim as (
    select
        submitted.first_record,
        gp.practice_code,
        gp.start_date,
    from submitted
    inner join reference.gp
        on
            submitted.gmp_code = gp.gmp_code
            and submitted.asked_on >= gp.start_date
    where
        submitted.submitted_practice is null
        and coalesce(submitted.asked_on <= gp.end_date, true)
        and submitted.first_record not in (select first_record from registration_claim)
),

claim as (
    select
        first_record,
        practice_code,
        start_date,
        'registration' as basis,
    from registration_claim
    union all
    select
        first_record,
        practice_code,
        start_date,
        'submitted_gp' as basis,
    from gp_claim
),

claimed as (
    select
        first_record,
        any_value(basis) as basis,
        max(start_date) as start_date,
        arg_max(practice_code, start_date) as practice_code,
        min(practice_code) <> max(practice_code) as is_contested,
    from claim
    group by first_record
),

-- Where practices contest a spell, equal starts are settled by the lowest code.
settled as (
    select
        claim.first_record,
        min(claim.practice_code) as practice_code,
    from claim
    inner join claimed
        on
            claim.first_record = claimed.first_record
            and claim.start_date = claimed.start_date
    where claimed.is_contested
    group by claim.first_record
),

weighed as (
    select
        submitted.first_record,
        submitted.asked_on,
        submitted.gp_practice_code,
        submitted.submitted_practice,
        coalesce(settled.practice_code, claimed.practice_code) as claimed_practice,
        coalesce(claimed.is_contested, false) as is_contested,
        case
            when claimed.basis = 'registration' then 'registration'
            when submitted.submitted_practice is not null then 'submitted_practice'
            when claimed.basis = 'submitted_gp' then 'submitted_gp'
            when submitted.residence_commissioner = getvariable('commissioner') then 'resident'
            else 'none'
        end as attribution_basis,
    from submitted
    left join claimed on submitted.first_record = claimed.first_record
    left join settled on submitted.first_record = settled.first_record
),

decided as (
    select
        first_record,
        asked_on,
        gp_practice_code,
        is_contested,
        attribution_basis,
        case attribution_basis
            when 'registration' then claimed_practice
            when 'submitted_practice' then submitted_practice
            when 'submitted_gp' then claimed_practice
            when 'resident' then 'RESIDENT'
        end as practice_code,
    from weighed
),

-- Membership is asked once for each practice and day, of which there are fewer than spells.
practice_day as (
    select distinct
        practice_code,
        asked_on,
    from decided
    where attribution_basis not in ('resident', 'none')
),

member as (
    select
        practice_day.practice_code,
        practice_day.asked_on,
        bool_or(membership.commissioner_code = getvariable('commissioner')) as is_ours,
        min(membership.commissioner_code) filter (
            where membership.commissioner_code <> getvariable('commissioner')
        ) as other_commissioner,
    from practice_day
    inner join reference.membership
        on
            practice_day.practice_code = membership.practice_code
            and practice_day.asked_on >= membership.start_date
    where coalesce(practice_day.asked_on <= membership.end_date, true)
    group by practice_day.practice_code, practice_day.asked_on
),

membership_span as (
    select
        practice_code,
        min(start_date) as first_start,
        max(coalesce(end_date, date '9999-12-31')) as last_end,
    from reference.membership
    group by practice_code
),

answered as (
    select
        decided.*,
        coalesce(member.is_ours, false) or decided.attribution_basis = 'resident' as responsible,
        member.other_commissioner,
        coalesce(
            member.practice_code is null
            and decided.asked_on between membership_span.first_start and membership_span.last_end,
            false
        ) as in_membership_gap,
        decided.practice_code <> 'RESIDENT' and practice.practice_code is null
            as is_unknown_practice,
    from decided
    left join member
        on
            decided.practice_code = member.practice_code
            and decided.asked_on = member.asked_on
    left join membership_span on decided.practice_code = membership_span.practice_code
    left join reference.practice on decided.practice_code = practice.practice_code
)

select
    first_record,
    attribution_basis,
    gp_practice_code as submitted_practice_code,
    practice_code,
    responsible,
    case
        when responsible then null
        when attribution_basis = 'none'
            then 'neither a practice nor a residence of this commissioner'
        when other_commissioner is not null
            then 'practice ' || practice_code || ' is with commissioner ' || other_commissioner
        else 'practice ' || practice_code || ' is with no commissioner on the date'
    end as not_responsible_reason,
    is_contested, -- several practices had a claim
    in_membership_gap, -- the practice is with no commissioner on the date, but before and after
    responsible and other_commissioner is not null as has_two_commissioners,
    coalesce(is_unknown_practice, false) as is_unknown_practice, -- not in the list of practices
from answered;
