-- Claims on patients, by registration or by practitioner, as spans of days that do not overlap: of
-- several practices with a claim on a day the latest start wins, then the lowest practice code.
--
-- Grain: one row per code (an NHS number or a GMP code) and span in which any practice has a claim.
-- Inputs: spell, reference.registration, reference.gp.
--
-- So a spell finds its claim by one join, as it streams by. Hardly any code has several claims, and
-- only those are weighed against each other.
create or replace temp macro claim_span(claims) as table
    with claim as materialized (
        select *
        from query_table(claims)
    ),

    with_several as (
        select code
        from claim
        group by code
        having count(*) > 1
    ),

    rival as (
        select claim.*
        from claim
        inner join with_several on claim.code = with_several.code
    ),

    edge as (
        select
            code,
            from_date,
        from rival
        union
        select
            code,
            until_date as from_date,
        from rival
    ),

    span as (
        select
            code,
            from_date,
            lead(from_date) over (partition by code order by from_date) as until_date,
        from edge
    )

    select
        claim.code,
        claim.from_date,
        claim.until_date, -- the first day after it
        claim.practice_code,
        false as is_contested,
    from claim
    where claim.code not in (select with_several.code from with_several)
    union all
    select
        span.code,
        span.from_date,
        span.until_date,
        arg_min(
            rival.practice_code,
            {
                'after_start': date_diff('day', rival.from_date, date '9999-12-31'),
                'code': rival.practice_code
            }
        ) as practice_code,
        min(rival.practice_code) <> max(rival.practice_code) as is_contested,
    from span
    inner join rival
        on
            span.code = rival.code
            and span.from_date >= rival.from_date
            and span.from_date < rival.until_date
    group by span.code, span.from_date, span.until_date;

-- A registration's end date is the first day that it does not hold; a practitioner's is the last
-- day with the practice.
create or replace temp view registration_claim as
select
    nhs_number as code,
    practice_code,
    start_date as from_date,
    coalesce(end_date, date 'infinity') as until_date,
from reference.registration
-- A register has everybody in it, and hardly anybody is in hospital.
where
    nhs_number in (
        select nhs_number
        from spell
        where nhs_number_is_valid(nhs_number)
    );

create or replace temp view gp_claim as
select
    gmp_code as code,
    practice_code,
    start_date as from_date,
    coalesce(end_date + 1, date 'infinity') as until_date,
from reference.gp;

create or replace temp view registration_span as
select *
from claim_span('registration_claim');

create or replace temp view gp_span as
select *
from claim_span('gp_claim');
