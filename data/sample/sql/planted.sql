-- Purpose: planted.json: how much of everything was planted, for tests to compare the pipeline
--   with.
-- Grain: one row, one document.
-- Inputs: fate, sent, delivery, interchange, episode, rule_of_fault.
with delivered as (
    select
        delivery.interchange_no,
        delivery.delivery_no,
        delivery.file_name,
        delivery.identifier,
        interchange.provider_code as sender
    from delivery
    inner join interchange on delivery.interchange_no = interchange.interchange_no
),

interchanges as (
    select
        delivered.delivery_no,
        any_value(delivered.file_name) as file,
        any_value(delivered.sender) as sender,
        any_value(delivered.identifier) as interchange_id,
        count(fate.episode_no) as records
    from delivered
    left join fate on delivered.interchange_no = fate.interchange_no
    group by delivered.delivery_no
),

fates as (
    select
        delivered.sender,
        delivered.identifier as interchange_id,
        fate.fate,
        count(*) as records
    from fate
    inner join delivered on fate.interchange_no = delivered.interchange_no
    group by all
),

quarantine as (
    select
        delivered.sender,
        delivered.identifier as interchange_id,
        rule_of_fault.rules,
        rule_of_fault.fields,
        count(*) as records
    from fate
    inner join delivered on fate.interchange_no = delivered.interchange_no
    inner join rule_of_fault on fate.fault = rule_of_fault.fault
    group by all
),

arrivals as (
    select
        episode.spell_no,
        episode.mend,
        min(interchange.k) filter (sent.kind = 'finished') as first_k,
        min(episode.ended_in) as ended_in
    from sent
    inner join interchange on sent.interchange_no = interchange.interchange_no
    inner join episode on sent.episode_no = episode.episode_no
    where episode.is_last and sent.kind = 'finished'
    group by episode.spell_no, episode.mend
),

late as (
    select
        first_k - ended_in as months,
        count(*) as spells
    from arrivals
    group by months
),

rules as (
    select
        rules,
        sum(records)::bigint as records
    from quarantine
    group by rules
),

corrections as (
    select
        mend as kind,
        count(*) as spells
    from arrivals
    where mend is not null
    group by mend
),

totals as (
    select
        count(*) filter (fate = 'deletion') as deletions,
        count(*) filter (fate = 'replaced') as replaced,
        count(*) filter (fate = 'live') as live,
        count(*) filter (correction_quarantined) as corrections_quarantined
    from fate
)

select
    json_object(
        'note', 'Synthetic. What the generator planted, reckoned without the pipeline.',
        'patients', getvariable('patients'),
        'seed', getvariable('seed'),
        'months', getvariable('months'),
        'spells_discharged', (select count(*) from arrivals),
        'spells_late_by_months', (
            select list(json_object('months', months, 'spells', spells) order by months)
            from late
        ),
        'interchanges', (
            select
                list(
                    json_object(
                        'file', file,
                        'sender', sender,
                        'interchange_id', interchange_id,
                        'records', records
                    ) order by delivery_no
                )
            from interchanges
        ),
        'fates', (
            select
                list(
                    json_object(
                        'sender', sender,
                        'interchange_id', interchange_id,
                        'fate', fate,
                        'records', records
                    ) order by sender, interchange_id, fate
                )
            from fates
        ),
        'quarantine', (
            select
                list(
                    json_object(
                        'sender', sender,
                        'interchange_id', interchange_id,
                        'rules', rules,
                        'fields', fields,
                        'records', records
                    ) order by sender, interchange_id, rules, fields
                )
            from quarantine
        ),
        'quarantine_by_rules', (
            select list(json_object('rules', rules, 'records', records) order by rules)
            from rules
        ),
        'corrections_by_kind', (
            select list(json_object('kind', kind, 'spells', spells) order by kind)
            from corrections
        ),
        'deletions', deletions,
        'replaced', replaced,
        'live', live,
        'corrections_quarantined', corrections_quarantined
    ) as planted
from totals;
