-- What was submitted for the month, each record by its last submission, good or not.
--
-- Grain: one row per CDS unique identifier; one per record where it is blank.
-- Inputs: record, interchange, quarantine, grouper_result, close, cds_record_type,
--         default_practice. Variables: month, deletion_types.
--
-- A record without a usable activity date belongs to no month; it counts for the one in which it
-- came. A provider code that is none is not repeated: its interchange's sender stands for it.
set variable landed_before = (
    select coalesce(max(high_water), 0)
    from close
    where period < getvariable('month')
);

create or replace temp table feed_record as
with submitted as (
    select
        record.rowid as record_id,
        record.landing_number,
        interchange.sender,
        interchange.interchange_id,
        coalesce(record.file_line, record.rowid - interchange.first_record + 3) as line,
        if(
            regexp_full_match(record.provider_code, '[0-9A-Z]{3,6}'),
            record.provider_code,
            interchange.sender
        ) as provider_code,
        record.cds_unique_identifier,
        record.cds_activity_date,
        cds_record_type."group" as record_group,
        record.nhs_number,
        record.gp_practice_code,
        record.provider_spell_number,
        record.episode_number,
        coalesce(record.hrg_code, record.spell_hrg_code) as hrg_code,
        coalesce(record.effective_time, interchange.extract_datetime) as effective_time,
        record.scope_number is null
        and coalesce(list_contains(getvariable('deletion_types'), record.cds_update_type), false)
            as is_deletion,
        quarantine.record_id is not null as is_quarantined,
        quarantine.rules,
        quarantine.fields,
    from record
    inner join interchange on record.landing_number = interchange.landing_number
    left join quarantine on record.rowid = quarantine.record_id
    left join cds_record_type on record.cds_record_type = cds_record_type.code
    where
        (
            record.cds_activity_date >= getvariable('month')
            and record.cds_activity_date < getvariable('month') + interval 1 month
        )
        or (
            record.cds_activity_date is null
            and record.landing_number > getvariable('landed_before')
        )
),

last_submitted as (
    select *
    from submitted
    qualify
        row_number() over (
            partition by coalesce(cds_unique_identifier, 'record ' || record_id)
            order by effective_time desc nulls last, landing_number desc, record_id desc
        ) = 1
)

select
    last_submitted.* exclude (is_deletion, record_group),
    not last_submitted.is_quarantined and not last_submitted.is_deletion as is_activity,
    is_activity and not nhs_number_is_valid(last_submitted.nhs_number) as has_no_nhs_number,
    is_activity
    and (
        last_submitted.gp_practice_code is null
        or last_submitted.gp_practice_code in (select code from default_practice)
    ) as has_no_practice,
    is_activity and last_submitted.record_group = 'finished' as is_episode,
    is_episode
    and last_submitted.hrg_code is null
    and not exists (
        select 1
        from grouper_result
        where
            grouper_result.provider_code = last_submitted.provider_code
            and grouper_result.provider_spell_number = last_submitted.provider_spell_number
            and grouper_result.episode_number = last_submitted.episode_number
    ) as has_no_hrg,
from last_submitted;
