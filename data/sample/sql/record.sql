-- Purpose: the records as text, in the words of the canonical record, whatever format they are
--   then written in.
-- Grain: one row per record sent.
-- Inputs: sent, episode, interchange, delivery, practice, hrgs.
create or replace view record as
with joined as (
    select
        sent.interchange_no,
        sent.version,
        sent.kind,
        sent.fault,
        sent.activity_date,
        sent.applicable_at,
        interchange.protocol as sent_under,
        interchange.bulk_group as scope_bulk_group,
        delivery.delivery_no,
        delivery.identifier as delivery_identifier,
        interchange.extract_at,
        interchange.period_start,
        interchange.period_end,
        interchange.prime_recipient,
        interchange.sender,
        interchange.k,
        episode.*,
        practice.gps,
        hrgs.diagnoses,
        hrgs.procedures,
        sent.version = 'first' and episode.mend = 'coding' as uncoded,
        sent.version = 'first' and episode.mend = 'practice' as practice_mistaken,
        sent.version = 'first' and episode.mend = 'nhs number' as number_missing,
        if(
            sent.version = 'first'
            and episode.mend = 'admission date'
            and episode.episode_number = 1,
            1,
            0
        ) as days_off,
        if(
            sent.version = 'first' and episode.mend = 'recoding' and episode.is_main,
            episode.mistaken_hrg_code,
            episode.own_hrg_code
        ) as said_hrg_code
    from sent
    inner join episode on sent.episode_no = episode.episode_no
    inner join interchange on sent.interchange_no = interchange.interchange_no
    inner join delivery on sent.interchange_no = delivery.interchange_no
    inner join practice on episode.practice = practice.practice
    inner join hrgs
        on
            if(
                sent.version = 'first' and episode.mend = 'recoding' and episode.is_main,
                episode.mistaken_hrg_code,
                episode.own_hrg_code
            ) = hrgs.hrg_code
),

-- Every draw stands in a column of its own: inside a case it would be worked out again and again.
drawn as (
    select
        *,
        pick('number fault', spell_no, 10000) as number_draw,
        pick('practice fault', spell_no, 10000) as practice_draw,
        pick('ungrouped', spell_no, 10000) as grouping_draw,
        pick('category', spell_no, 10000) as category_draw,
        pick('ward care', spell_no, 10000) as care_draw,
        pick('method', spell_no, 60) as method_draw,
        pick('diagnosis', spell_no, 60) as diagnosis_draw,
        pick('procedure', spell_no, 60) as procedure_draw,
        pick('consultant', episode_no, 6) as consultant_draw,
        pick('other illness from', episode_no, 3) as illness_from,
        pick('other illness to', episode_no, 21) as illness_to,
        pick('more procedures', episode_no, 3) as more_procedures,
        pick('days that do not count', episode_no, 100) as days_draw,
        happens('birth date not known', spell_no, 40) as birth_date_unknown,
        happens('sex not known', spell_no, 15) as sex_unknown,
        happens('no fixed abode', spell_no, 45) as no_abode,
        happens('lives over the border', person, 250) as over_the_border,
        happens('gp not known', spell_no, 300) as gp_unknown,
        happens('outside the tariff', spell_no, 70) as outside_the_tariff,
        happens('emergency day case', spell_no, 60) as as_day_case,
        home_postcode(person, home_practice) as own_postcode,
        gmp_of(person, practice, gps) as own_gmp_code,
        string_split(diagnoses, ';') as diagnosis_list,
        string_split(procedures, ';') as procedure_list,
        datediff('day', birth_date, admission_date) // 365 as years,
        least(datediff('day', episode_start_date, episode_end_date), 60) as episode_nights,
        kind = 'unfinished' as is_unfinished,
        kind = 'deletion' as is_deletion
    from joined
),

-- The NHS number, step by step: in three of a thousand spells it is a stranger's.
placed as (
    select
        *,
        nhs_place(
            if(
                number_draw between 471 and 500,
                getvariable('strangers_from') + spell_no % 500,
                person
            )
        ) as place
    from drawn
),

bodied as (
    select
        *,
        nhs_body(place) as body
    from placed
),

summed as (
    select
        *,
        nhs_sum(body) as sum_of_eight
    from bodied
),

finished as (
    select
        *,
        nhs_ninth(sum_of_eight, place) as ninth
    from summed
),

-- The hospital's own idea of practice, number, grouping and how the patient came.
believed as (
    select
        *,
        nhs_text(body, sum_of_eight, ninth) as own_nhs_number,
        case
            when origin = 'visitor' and practice_draw < 7000
                then if(home_practice % 2 = 0, 'Y99001', 'Y99002')
            when origin = 'unregistered' or origin = 'visitor' or practice_mistaken
                then ['V81997', 'V81998', 'V81999', 'V81997'][1 + practice_draw % 4]
            when practice_draw < 260 then ['V81997', 'V81999', 'V81999'][1 + practice_draw % 3]
            when practice_draw < 350
                then concat('Y995', lpad((practice_draw % 40)::text, 2, '0'))
            when practice_draw < 470
                then practice_code(practice_draw % getvariable('practices') + 1)
            when practice_draw < 3500 and moved then practice_code(home_practice)
            when practice_draw < 4500 and practice <> practice_before_merger
                then practice_code(practice_before_merger)
            else practice_code(practice)
        end as said_practice,
        case
            when number_draw < 60 then 'absent though verified'
            when number_draw < 330 or number_missing then 'absent'
            when origin <> 'registered' and number_draw < 4000 then 'absent'
            when number_draw between 400 and 470 then 'misread'
            else 'said'
        end as number_state,
        case
            when uncoded then 'none'
            when grouping_draw < 110 then 'ungroupable'
            when grouping_draw < 150 then 'none'
            else 'grouped'
        end as grouping_state,
        event_class in ('daycase', 'elective') and category_draw < 160 as is_private,
        case
            when event_class = 'birth' then '82'
            when event_class in ('delivery', 'antenatal')
                then if(nights > 1 and is_main, '31', '32')
            when event_class = 'transfer' then '81'
            when event_class in ('daycase', 'elective', 'regular')
                then ['11', '11', '12', '12', '13'][1 + method_draw % 5]
            when event_class = 'emergency'
                then [
                    '21', '21', '21', '21', '21', '21', '22', '22', '22', '23', '24', '28'
                ][1 + method_draw % 12]
        end as method
    from finished
)

select
    interchange_no,
    episode_no,
    coalesce(fault = 'doubled', false) as is_first_of_two,
    fault,
    kind,
    version,
    activity_date,
    delivery_no,
    delivery_identifier,
    sender,
    extract_at,
    sent_under,
    scope_bulk_group,
    period_start,
    period_end,
    concat('B', provider_code, lpad(episode_no::text, 10, '0')) as cds_unique_identifier,
    if(
        is_unfinished,
        case record_type when '120' then '180' when '140' then '200' else '190' end,
        record_type
    ) as cds_record_type,
    if(sent_under = '010', if(is_deletion, '1', '9'), null) as cds_update_type,
    applicable_at as cds_applicable_datetime,
    activity_date as cds_activity_date,
    prime_recipient,
    case
        when is_deletion or number_state in ('absent', 'absent though verified') then null
        when number_state = 'misread' then misread(own_nhs_number, number_draw % 9)
        else own_nhs_number
    end as nhs_number,
    case
        when is_deletion then null
        when number_state = 'absent' then ['03', '04', '07'][1 + number_draw % 3]
        when number_state = 'said' then ['01', '01', '01', '01', '02'][1 + number_draw % 5]
        else '01'
    end as nhs_number_status,
    if(
        is_deletion or fault in ('blank identifier', 'blank and unknown'),
        null,
        concat(
            ['M', 'S'][1 + (provider - 1) % 2],
            lpad(((person * 7919 + 104729) % 100000000)::text, 8, '0')
        )
    ) as local_patient_identifier,
    case
        when is_deletion then null
        when fault = 'born long ago' then birth_date - to_years(150)::interval
        when fault = 'born after admission' then admission_date + 30
        when birth_date_unknown then null
        else birth_date
    end::date as birth_date,
    if(is_deletion, null, if(sex_unknown, '9', sex::text)) as sex,
    case
        when is_deletion then null
        when no_abode then 'ZZ99 3VZ'
        else own_postcode
    end as postcode,
    case
        when is_deletion then null
        when origin = 'visitor' or over_the_border then '5XB'
        when provider = 2 then '5XA00'
        else '5XA'
    end as residence_commissioner,
    if(is_deletion, null, said_practice) as gp_practice_code,
    case
        when is_deletion then null
        when gp_unknown then 'G9999998'
        when origin = 'visitor' then 'G9900101'
        when origin = 'unregistered' and practice_draw % 10 < 7 then null
        else own_gmp_code
    end as gmp_code,
    case
        when is_deletion or event_class in ('emergency', 'birth', 'transfer', 'regular') then null
        else own_gmp_code
    end as referrer_code,
    if(provider = 1 and k >= 3, concat(provider_code, '00'), provider_code) as provider_code,
    if(is_deletion, null, '5XA') as commissioner_code,
    if(
        is_deletion,
        null,
        concat('5XA', ['01', '02'][1 + (provider - 1) % 2], if(outside_the_tariff, '=', ''))
    ) as commissioning_serial_number,
    if(
        is_deletion, null, concat(['E', 'T'][1 + (provider - 1) % 2], lpad(spell_no::text, 9, '0'))
    ) as provider_spell_number,
    case
        when is_deletion then null
        when fault = 'episode number' then '99'
        else episode_number::text
    end as episode_number,
    if(is_deletion or is_unfinished, null, if(is_last, '1', '2')) as last_episode_in_spell,
    case
        when is_deletion then null
        when fault = 'unknown classification' then '8'
        when event_class = 'daycase' then '2'
        when event_class = 'regular' then '3'
        when event_class = 'birth' and grouping_draw % 3 = 0 then '5'
        when event_class = 'emergency' and nights = 0 and as_day_case then '2'
        else '1'
    end as patient_classification,
    case
        when is_deletion then null
        when fault = 'unknown category' then '09'
        when is_private then '02'
        when category_draw between 200 and 205 then '03'
        else '01'
    end as administrative_category,
    case
        when is_deletion or fault = 'blank method' then null
        when fault in ('unknown method', 'blank and unknown') then '29'
        else method
    end as admission_method,
    case
        when is_deletion then null
        when event_class = 'birth' then '79'
        when event_class = 'transfer' then '51'
        when years > 80 and care_draw < 1500 then '54'
        else '19'
    end as source_of_admission,
    case
        when is_deletion then null
        when fault = 'no such day' then '2004-02-30'
        else (admission_date + days_off)::text
    end as admission_date,
    case
        when is_deletion or is_unfinished then null
        when fault = 'discharge before admission' then admission_date - 1
        when is_last then discharge_date
    end as discharge_date,
    case
        when is_deletion or is_unfinished or not is_last then null
        when event_class = 'emergency' and care_draw < years * years // 12 then '4'
        else '1'
    end as discharge_method,
    case
        when is_deletion or is_unfinished or not is_last then null
        when event_class = 'emergency' and care_draw < years * years // 12 then '79'
        when years > 80 and care_draw > 8800 then '54'
        else '19'
    end as discharge_destination,
    if(is_deletion, null, episode_start_date + days_off) as episode_start_date,
    case
        when is_deletion or is_unfinished then null
        when fault = 'end before start' then episode_start_date - 2
        else episode_end_date
    end as episode_end_date,
    case
        when is_deletion then null
        when event_class = 'daycase' then '2'
        when event_class = 'elective' then '1'
        when event_class = 'regular' then '4'
        else '8'
    end as intended_management,
    if(is_deletion, null, main_specialty) as main_specialty,
    if(is_deletion, null, treatment_function) as treatment_function,
    if(
        is_deletion,
        null,
        concat('C9', main_specialty, provider % 10, lpad((1 + consultant_draw)::text, 2, '0'))
    ) as consultant_code,
    if(
        is_deletion or is_unfinished or uncoded,
        null,
        diagnosis_list[1 + diagnosis_draw % len(diagnosis_list)]
    ) as primary_diagnosis,
    if(
        is_deletion or is_unfinished or uncoded,
        [],
        (
            case
                when years < 16 then ['Z880', 'J459']
                when years < 50 then ['F172', 'J459', 'E669', 'F329']
                else ['I10X', 'E119', 'I259', 'J449', 'I48X', 'N189', 'Z921', 'F03X']
            end
        )[1 + illness_from:illness_to % if(years < 50, 3, 7)]
    ) as secondary_diagnoses,
    if(
        is_deletion or is_unfinished or uncoded or procedures is null,
        null,
        procedure_list[1 + procedure_draw % len(procedure_list)]
    ) as primary_procedure,
    if(
        is_deletion or is_unfinished or uncoded or procedures is null,
        [],
        ['Z942', 'Y533', 'Y751'][1:more_procedures]
    ) as secondary_procedures,
    case
        when is_deletion or is_unfinished or grouping_state = 'none' then null
        when grouping_state = 'ungroupable' then ['U01', 'U03', 'U07'][1 + grouping_draw % 3]
        else said_hrg_code
    end as hrg_code,
    if(is_deletion or is_unfinished or grouping_state = 'none', null, '3.5') as hrg_version,
    -- The first hospital groups whole spells, the second leaves it to the reader.
    case
        when is_deletion or is_unfinished or not is_last or provider <> 1 or grouping_state = 'none'
            then null
        when grouping_state = 'ungroupable' then ['U01', 'U03', 'U07'][1 + grouping_draw % 3]
        when version = 'first' and mend = 'recoding' then mistaken_hrg_code
        else spell_hrg_code
    end as spell_hrg_code,
    if(
        not is_deletion and not is_unfinished and is_main and episode_nights >= 2
        and event_class in ('emergency', 'elective') and care_draw < 350,
        1 + days_draw % least(episode_nights, 12),
        0
    ) as critical_care_days,
    if(
        not is_deletion and not is_unfinished and is_main and episode_nights >= 12 and years > 60
        and care_draw > 6000,
        2 + days_draw % (episode_nights // 2),
        0
    ) as rehabilitation_days,
    if(
        not is_deletion and not is_unfinished and is_main and episode_nights >= 5 and years > 50
        and care_draw between 400 and 600,
        1 + days_draw % least(episode_nights, 8),
        0
    ) as palliative_care_days
from believed;
