-- What is told of an interchange's quarantined records when it has landed.
--
-- Grain: one row per rule and field that broke it, with the first lines of the file where it did.
-- Inputs: quarantine, record, interchange, the variables landing_number and codes.
with broken as (
    select
        -- Two lines stand before the first record where the format does not number its lines.
        coalesce(record.file_line, quarantine.record_id - interchange.first_record + 3) as line,
        unnest(string_split(quarantine.faults, ';')) as fault,
    from quarantine
    inner join record on quarantine.record_id = record.rowid
    inner join interchange on quarantine.landing_number = interchange.landing_number
    where quarantine.landing_number = getvariable('landing_number')
)

select
    record_rule.name,
    split_part(broken.fault, ':', 1) as rule,
    split_part(broken.fault, ':', 2) as field,
    count(*) as records,
    list_sort(min(broken.line, 5)) as first_lines,
from broken
left join code_list('record_rule') as record_rule
    on split_part(broken.fault, ':', 1) = record_rule.code
group by broken.fault, record_rule.name
order by broken.fault
