-- The waterfall: the practice that answers for a spell, and which rule decided.
--
-- Grain: one row per spell, those still open included: whose patients they are is told, too.
-- Inputs: spell, registration_span, gp_span, membership_span, holder_of_month, reference.practice.
--
-- On the attribution date the first that holds: the registration list, the practice submitted, the
-- practice of the GP submitted, residence here, nothing.
--
-- budget_holder is the practice after successions, and null where nobody here answers or the spell
-- is still open.
create or replace table attributed_spell as
with asked as (
    select
        first_record,
        nhs_number,
        gp_practice_code,
        gmp_code,
        residence_commissioner,
        activity_month,
        coalesce(discharge_date <= getvariable('period_end'), false) as is_discharged,
        if(
            getvariable('attribution_date') = 'discharge',
            coalesce(discharge_date, getvariable('period_end')),
            admission_date
        ) as asked_on,
        -- A default code says that the practice is not known.
        if(
            list_contains(getvariable('default_practices'), gp_practice_code),
            null,
            gp_practice_code
        ) as named_practice,
    from spell
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

decided as (
    select
        submitted.*,
        case
            when registration.practice_code is not null
                then cast('registration' as attribution_basis)
            when submitted.submitted_practice is not null
                then cast('submitted_practice' as attribution_basis)
            when gp.practice_code is not null then cast('submitted_gp' as attribution_basis)
            when submitted.residence_commissioner = getvariable('commissioner')
                then cast('resident' as attribution_basis)
            else cast('none' as attribution_basis)
        end as attribution_basis,
        case attribution_basis
            when 'registration' then registration.practice_code
            when 'submitted_practice' then submitted.submitted_practice
            when 'submitted_gp' then gp.practice_code
            when 'resident' then 'RESIDENT'
        end as practice_code,
        case attribution_basis
            when 'registration' then registration.is_contested
            when 'submitted_gp' then gp.is_contested
            else false
        end as is_contested,
    from submitted
    left join registration_span as registration
        on
            submitted.nhs_number = registration.code
            and submitted.asked_on >= registration.from_date
            and submitted.asked_on < registration.until_date
    left join gp_span as gp
        on
            submitted.gmp_code = gp.code
            and submitted.asked_on >= gp.from_date
            and submitted.asked_on < gp.until_date
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
),

charged as (
    select
        answered.*,
        if(
            answered.responsible and answered.is_discharged,
            coalesce(holder_of_month.budget_holder, answered.practice_code),
            null
        ) as budget_holder,
        heir.practice_code is null and holder_of_month.budget_holder is not null
            as is_unknown_heir,
    from answered
    left join holder_of_month
        on
            answered.practice_code = holder_of_month.practice_code
            and answered.activity_month = holder_of_month.activity_month
    left join reference.practice as heir on holder_of_month.budget_holder = heir.practice_code
)

select
    first_record,
    is_discharged, -- by the period's end
    attribution_basis,
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
    budget_holder,
    is_contested, -- several practices had a claim
    in_membership_gap, -- the practice is with no commissioner on the date, but before and after
    responsible and other_commissioner is not null as has_two_commissioners,
    -- The practice is not in the list of practices, or who holds its budget is not.
    coalesce(is_unknown_practice, false) or (responsible and is_unknown_heir)
        as is_unknown_practice,
from charged;
