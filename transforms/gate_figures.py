"""The figures that a quality gate judges, worked out inside the warehouse.

Of a gate, sql/gates/<gate>.sql gives the figures (counts, shares and means, never a value of a
record) out of temporary tables that are made first, and that hold the rows behind the figures for
`pbc rows`. Nothing of the warehouse is changed.
"""

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, get_args

import duckdb

from transforms import control_totals, land, mark, warehouse
from transforms.errors import UsageError
from transforms.feeds.delimited import quoted
from transforms.periods import Period
from transforms.site import Site

Gate = Literal["feed", "episodes", "charges", "statements"]
GATES: tuple[Gate, ...] = get_args(Gate)

# The temporary tables of a gate, in the order in which they are made; those of the last are made
# by `control_totals`.
_TABLES: Mapping[Gate, tuple[str, ...]] = {
    "feed": (
        "feed_record",
        "expected_provider",
        "feed_provider",
        "feed_interchange",
        "feed_day",
    ),
    "episodes": (
        "expected_provider",
        "episodes_volume",
        "episodes_identifier",
        "episodes_unlawful",
    ),
    "charges": ("charges_tie",),
    "statements": (),
}


def work_out(
    connection: duckdb.DuckDBPyConnection, site: Site, code: str, period: Period, gate: Gate
) -> None:
    """Make the temporary table `figure`, and the tables with the rows behind its figures."""
    for name, (kind, value) in _variables(site, code, period, gate).items():
        connection.execute(f"set variable {name} = $value::{kind}", {"value": value})
    for table in _TABLES[gate]:
        warehouse.run(connection, f"gates/{table}.sql")
    if gate == "statements":
        _work_out_totals(connection, site, code, period)
    connection.execute(
        f"create or replace temp table figure as {warehouse.read(f'gates/{gate}.sql')}"
    )


def _variables(site: Site, code: str, period: Period, gate: Gate) -> dict[str, tuple[str, Any]]:
    """What the SQL files of a gate read, by name: DuckDB's type and the value."""
    settings = site.config.gates
    own = getattr(settings, gate, None)
    return {
        "month": ("date", period.first_day),
        "period_end": ("date", period.last_day),
        "expected_providers": ("varchar[]", _list(settings.feed.expected_providers)),
        "provider_minimum": ("bigint", settings.feed.minimum_records),
        "minimum_records": ("bigint", getattr(own, "minimum_records", None)),
        "volume_months": ("bigint", settings.episodes.volume_months),
        "volume_minimum": ("double", settings.episodes.volume_minimum),
        "held_files": (
            "varchar[]",
            [name for name, _ in land.reports(site.held(code), alone=False)],
        ),
        "refused_files": ("varchar[]", [name for name, _ in land.reports(site.refused(code))]),
    }


def _list(values: tuple[str, ...] | None) -> list[str] | None:
    return None if values is None else list(values)


def _work_out_totals(
    connection: duckdb.DuckDBPyConnection, site: Site, code: str, period: Period
) -> None:
    number, revision = _last_close(connection, period)
    control_totals.work_out(
        connection,
        mark.read(connection, code, number),
        site.output(code, period, revision),
        last_good="live_record",  # what the charges were made from is to tie, too
    )


def _last_close(connection: duckdb.DuckDBPyConnection, period: Period) -> tuple[int, int]:
    found = connection.execute(
        "select close_number, revision from close where period = $period "
        "order by close_number desc limit 1",
        {"period": period.first_day},
    ).fetchone()
    if found is None:
        raise UsageError(f"{period} is not closed. Close it with 'pbc close {period}'.")
    return int(found[0]), int(found[1])


def write_rows(
    connection: duckdb.DuckDBPyConnection,
    site: Site,
    code: str,
    period: Period,
    gate: Gate,
    rows: str,
    out: Path,
) -> None:
    """Write the rows that `rows` of an expectation selects to a CSV file.

    Raises UsageError where a later period was begun: its stages have replaced the rows.
    """
    later = connection.execute(
        "select max(period) from close where period > $period", {"period": period.first_day}
    ).fetchone()
    if later is not None and isinstance(later[0], datetime.date):
        raise UsageError(
            f"The rows of {period} are not kept: {Period.containing(later[0])} was closed since. "
            f"What the close of {period} saw is in the exports: 'pbc export --help'."
        )
    work_out(connection, site, code, period, gate)
    connection.execute(
        f"copy (select * from {rows}) to {quoted(str(out))} (format csv, header true)"
    )
