-- Every interchange landed at the mark, with what became of its records.
--
-- Grain: one row per interchange.
-- Inputs: interchange, fate (the export's rows), close.
select
    interchange.landing_number,
    interchange.sender,
    interchange.interchange_id,
    interchange.file_name,
    interchange.format,
    interchange.protocol,
    cast(interchange.extract_datetime as date) as extract_date,
    interchange.period_start,
    interchange.period_end,
    interchange.declared_records,
    interchange.records,
    coalesce(sum(fate.records) filter (where fate.fate = 'live'), 0) as live,
    coalesce(sum(fate.records) filter (where fate.fate = 'superseded'), 0) as superseded,
    coalesce(sum(fate.records) filter (where fate.fate = 'deleted'), 0) as deleted,
    coalesce(sum(fate.records) filter (where fate.fate = 'replaced'), 0) as replaced,
    coalesce(sum(fate.records) filter (where fate.fate = 'deletion'), 0) as deletion,
    coalesce(sum(fate.records) filter (where fate.fate = 'quarantined'), 0) as quarantined,
    interchange.landing_number > coalesce(
        (
            select max(earlier.high_water)
            from close as earlier
            where earlier.close_number < getvariable('close_number')
        ),
        0
    ) as new_in_period,
from interchange
left join fate
    on
        interchange.sender = fate.sender
        and interchange.interchange_id = fate.interchange_id
where interchange.landing_number <= getvariable('high_water')
group by all
order by interchange.landing_number
