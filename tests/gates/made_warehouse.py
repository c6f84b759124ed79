"""A site whose warehouse holds just the tables that a gate reads, filled by hand.

Two hundred spells of September 2004, all in order: a test spoils one thing and sees which
expectation stops it. Everything here is synthetic.
"""

import contextlib
from pathlib import Path

import duckdb

from transforms.periods import Period
from transforms.site import Site, load_site

CODE = "5XA"
PERIOD = Period.parse("2004-09")

_SITE = """
[site]
name = "A made site"

[[commissioners]]
code = "5XA"
name = "Anywhere"
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
    """Make the site in an empty directory, with a statement that spoils its warehouse if given.

    `settings` is more of site.toml.
    """
    (directory / "site.toml").write_text(_SITE + settings, encoding="utf-8")
    site = load_site(directory)
    site.warehouse(CODE).parent.mkdir(parents=True)
    with contextlib.closing(duckdb.connect(str(site.warehouse(CODE)))) as connection:
        connection.execute(_CHARGES + spoilt_by)
    return site
