"""A site whose warehouse holds just the tables that a gate reads, filled by hand.

Two providers, RXA and RXB, sent 200 and 100 records a month from April to September 2004, all in
order, and September has 200 spells with their charges: a test spoils one thing and sees which
expectation stops it. Everything here is synthetic.
"""

from pathlib import Path

from transforms import warehouse
from transforms.gates import run_gate
from transforms.periods import Period
from transforms.site import Site, load_site

CODE = "5XA"
PERIOD = Period.parse("2004-09")

# Severity, name, figure and place of a check that did not pass.
Failed = tuple[str, str, str | None, str | None]

_SITE = """
[site]
name = "A made site"

[[commissioners]]
code = "5XA"
name = "Anywhere"
"""

# One interchange a provider and month, in order; 9990000018 is a valid NHS number of the range
# that is given to nobody. Of RXA's admissions a quarter are elective and a quarter day cases.
_RECORDS = """
insert into interchange by name
select
    row_number() over (order by month, provider) as landing_number,
    'hash ' || landing_number as content_sha256,
    provider || strftime(month, '_%Y-%m') || '.csv' as file_name,
    'nwcs' as format,
    strftime(month, 'NC%Y%m') as interchange_id,
    provider as sender,
    '010' as protocol,
    month + interval 1 month as extract_datetime,
    records as declared_records,
    records,
    0 as passed_over,
    0 as first_record,
from range(date '2004-04-01', date '2004-10-01', interval 1 month) as months(month)
cross join (values ('RXA', 200), ('RXB', 100)) as providers(provider, records);

insert into record by name
select
    landing_number,
    sender,
    extract_datetime as effective_time,
    sender || landing_number || '-' || place as cds_unique_identifier,
    '130' as cds_record_type,
    '9' as cds_update_type,
    cast(extract_datetime - interval 1 month + interval 1 day * (place % 30) as date)
        as cds_activity_date,
    '5XA' as prime_recipient,
    '9990000018' as nhs_number,
    'Y90001' as gp_practice_code,
    sender as provider_code,
    place::varchar as provider_spell_number,
    1 as episode_number,
    if(place % 4 = 1, '2', '1') as patient_classification,
    if(place % 4 < 2, '11', '21') as admission_method,
    cds_activity_date as episode_end_date,
    'A01' as hrg_code,
from interchange
cross join range(200) as numbers(place)
where place < records
order by landing_number, place;

insert into close values (1, date '2004-09-01', 1, 12, 'made', 'episodes');

create table live_record as
select
    rowid as record_id,
    'live' as fate,
    false as prime_recipient_changed,
from record;

create view episode as
select record.*
from live_record
inner join record on live_record.record_id = record.rowid
where live_record.fate = 'live';
"""

_CHARGES = """
create table current_charge as
select
    'RXA-S' || place as spell_id,
    place as first_record,
    '999' || lpad(place::varchar, 7, '0') as nhs_number,
    date '2004-09-01' as activity_month,
    case place % 4 when 0 then 'elective' when 1 then 'daycase' else 'non_elective' end as pod,
    'priced' as price_status,
    1000.00::decimal(18, 2) as base_price,
    -200.00::decimal(18, 2) as short_stay_adjustment,
    300.00::decimal(18, 2) as excess_day_payment,
    50.00::decimal(18, 2) as top_up_payment,
    25.50::decimal(18, 2) as market_forces_payment,
    1175.50::decimal(18, 2) as total_price,
    true as responsible,
    'Y90001' as budget_holder,
from range(1, 201) as numbers(place);
create table spell as select spell_id, date '2004-09-14' as discharge_date from current_charge;
create table priced_spell as select first_record, total_price from current_charge;
"""


def made_site(directory: Path, *, spoilt_by: str = "", settings: str = "") -> Site:
    """Make the site in an empty directory, with statements that spoil its warehouse if given.

    `settings` is more of site.toml.
    """
    (directory / "site.toml").write_text(_SITE + settings, encoding="utf-8")
    site = load_site(directory)
    site.warehouse(CODE).parent.mkdir(parents=True)
    with warehouse.open_warehouse(site, CODE, "making it by hand") as connection:
        connection.execute(_RECORDS + _CHARGES + spoilt_by)
    return site


def failed_of(gate: str, site: Site) -> list[Failed]:
    """Run a gate and return the checks that do not pass."""
    return [
        (check.severity, check.name, check.observed, check.place)
        for check in run_gate(site, CODE, PERIOD, gate).checks
        if not check.passed
    ]
