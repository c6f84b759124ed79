-- The first line that cannot be where it stands: then lines were lost, joined or shifted.
--
-- Grain: at most one row.
-- Inputs: feed_line, the variable line_types (width by line type, null where it is not used).
with numbered_twice as (
    select
        max(line_number) as line_number,
        'repeated' as fault,
    from feed_line
    where line_type in ('02', '03', '05', '06')
    group by record_number, line_type, if(line_type = '05', '', line_count)
    having count(*) > 1
),

by_itself as (
    select
        line_number,
        record_number,
        line_type,
        rtrim(connection) as connection,
        case
            when line is null or line = '' then 'blank'
            when not list_contains(map_keys(getvariable('line_types')), line_type) then 'type'
            when rtrim(connection) = '' then 'connection'
            when line_type = '01' and substr(line, 38, 6) <> 'NHS6-2' then 'version'
            when
                line_type in ('02', '03', '06') and not regexp_full_match(line_count, '[0-9]{3}')
                then 'count'
            -- Bytes are had at once, characters without padding are counted only where it may
            -- matter.
            when
                case
                    when strlen(line) > getvariable('line_types')[line_type]
                        then length(rtrim(line)) > getvariable('line_types')[line_type]
                end
                then 'width'
            when line_type <> '01' and contains(line, 'NHS6-2') then 'width'
        end as fault,
    from feed_line
),

record_start as (
    select
        record_number,
        connection,
    from by_itself
    where line_type = '01'
),

of_another_record as (
    select
        by_itself.line_number,
        'connection' as fault,
    from by_itself
    left join record_start using (record_number)
    where by_itself.connection is distinct from record_start.connection
),

found as (
    select
        line_number,
        fault,
    from by_itself
    where fault is not null
    union all
    select *
    from of_another_record
    union all
    select *
    from numbered_twice
)

select
    line_number,
    fault,
from found
order by line_number, fault
limit 1
