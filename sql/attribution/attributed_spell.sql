-- The waterfall: the practice that answers for a spell, and which rule decided.
--
-- Grain: one row per spell, those still open included: whose patients they are is told, too.
-- Inputs: spell, record, reference.registration, reference.practice, reference.gp,
--         membership_span.
--
-- On the attribution date the first that holds: the registration list, the practice submitted, the
-- practice of the GP submitted, residence here, nothing. Of several practices with a claim the
-- latest start wins, then the lowest practice code.
--
-- What is asked about a spell is read again wherever it is needed: kept for a whole country it
-- would fill the memory that the joins need.
create or replace table attributed_spell as
with asked as not materialized (
    select
        spell.first_record,
        record.nhs_number,
        record.gp_practice_code,
        record.gmp_code,
        record.residence_commissioner,
        if(
            getvariable('attribution_date') = 'discharge',
            coalesce(spell.discharge_date, getvariable('period_end')),
            spell.admission_date
        ) as asked_on,
        -- A default code says that the practice is not known.
        if(
            list_contains(getvariable('default_practices'), record.gp_practice_code),
            null,
            record.gp_practice_code
        ) as named_practice,
    from spell
    inner join record on spell.first_record = record.rowid
),

submitted as not materialized (
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

registration_claim as materialized (
    select
        asked.first_record,
        registration.practice_code,
        registration.start_date,
    from asked
    inner join reference.registration
        on
            asked.nhs_number = registration.nhs_number
            and asked.asked_on >= registration.start_date
    where
        coalesce(asked.asked_on < registration.end_date, true)
        and nhs_number_is_valid(asked.nhs_number)
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

claim as materialized (
    select
        first_record,
        practice_code,
        start_date,
        true as is_registration,
    from registration_claim
    union all
    select
        first_record,
        practice_code,
        start_date,
        false as is_registration,
    from gp_claim
),

-- Hardly any spell has several, so that only those are weighed against each other.
with_several as (
    select first_record
    from claim
    group by first_record
    having count(*) > 1
),

settled as (
    select
        first_record,
        practice_code,
        is_registration,
        false as is_contested,
    from claim
    where first_record not in (select first_record from with_several)
    union all
    select
        claim.first_record,
        arg_min(
            claim.practice_code,
            {
                'after_start': date_diff('day', claim.start_date, date '9999-12-31'),
                'code': claim.practice_code
            }
        ) as practice_code,
        any_value(claim.is_registration) as is_registration,
        min(claim.practice_code) <> max(claim.practice_code) as is_contested,
    from claim
    inner join with_several on claim.first_record = with_several.first_record
    group by claim.first_record
),

weighed as (
    select
        submitted.first_record,
        submitted.asked_on,
        submitted.gp_practice_code,
        submitted.submitted_practice,
        settled.practice_code as claimed_practice,
        coalesce(settled.is_contested, false) as is_contested,
        case
            when settled.is_registration then 'registration'
            when submitted.submitted_practice is not null then 'submitted_practice'
            when not settled.is_registration then 'submitted_gp'
            when submitted.residence_commissioner = getvariable('commissioner') then 'resident'
            else 'none'
        end as attribution_basis,
    from submitted
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

answered as (
    select
        decided.*,
        coalesce(member.is_ours, false) or decided.attribution_basis = 'resident' as responsible,
        member.other_commissioner,
        coalesce(member.is_gap, false) as in_membership_gap,
        decided.practice_code <> 'RESIDENT' and practice.practice_code is null
            as is_unknown_practice,
    from decided
    left join membership_span as member
        on
            decided.practice_code = member.practice_code
            and decided.asked_on >= member.from_date
            and decided.asked_on < member.until_date
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
