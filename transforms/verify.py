"""Verifying a closed month: every control total worked out again, from the outputs alone.

The warehouse's tables are added up in two ways each (sql/verify); the packages are read back,
hashed against the manifest and added up against the warehouse. Nothing is changed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from transforms import close as closing
from transforms import package, warehouse
from transforms.mark import Close
from transforms.periods import Period
from transforms.site import Site

if TYPE_CHECKING:
    from rich.table import Table

_NOUGHT = Decimal("0.00")


@dataclass(frozen=True)
class Total:
    """A control total worked out in two ways. `key` says for what, blank for the whole."""

    control: str
    key: str
    unit: str
    left_name: str
    left: Decimal
    right_name: str
    right: Decimal

    @property
    def holds(self) -> bool:
        return self.left == self.right

    @property
    def difference(self) -> Decimal:
        return self.right - self.left


@dataclass(frozen=True)
class Report:
    """All control totals of a closed period."""

    commissioner: str
    period: str
    revision: int
    totals: tuple[Total, ...]

    @property
    def holds(self) -> bool:
        return all(total.holds for total in self.totals)

    @property
    def differences(self) -> list[Total]:
        return [total for total in self.totals if not total.holds]


def verify(site: Site, commissioner: str, period: Period) -> Report:
    """Work out every control total of a closed period. Raises UsageError where it is not closed."""
    with warehouse.open_warehouse(
        site, commissioner, f"verifying {period}", read_only=True
    ) as connection:
        close = closing.find(connection, commissioner, period)
        totals = [
            *_of_warehouse(connection, close),
            *_of_packages(connection, close, site.output(commissioner, period, close.revision)),
        ]
    return Report(commissioner, str(period), close.revision, tuple(totals))


def _of_warehouse(connection: duckdb.DuckDBPyConnection, close: Close) -> list[Total]:
    close.set_variables(connection)
    connection.execute(f"create or replace temp table fate as {warehouse.read('export/fates.sql')}")
    return [
        Total(
            row["control"],
            row["key"],
            row["unit"],
            row["left_name"],
            row["left_figure"],
            row["right_name"],
            row["right_figure"],
        )
        for row in warehouse.rows(connection, warehouse.read("verify/total.sql"))
    ]


def _of_packages(
    connection: duckdb.DuckDBPyConnection, close: Close, folder: Path
) -> Iterable[Total]:
    """The packages against their manifest, and against the warehouse."""
    if not (folder / package.MANIFEST_FILE).exists():
        yield _count("The packages are complete", "manifest.json", "expected", 1, "found", 0)
        return
    manifest = package.read_manifest(folder)
    for file in manifest.files:
        path = folder / file.path
        same = path.exists() and package.file_hash(folder, path).sha256 == file.sha256
        yield _count(
            "A file is what the manifest says", file.path, "listed", 1, "the same", int(same)
        )
    position = {
        row["practice_code"]: row
        for row in warehouse.rows(
            connection,
            "select practice_code, ytd_actual, forecast from position "
            "where close_number = getvariable('close_number') and pod = 'total'",
        )
    }
    made = connection.execute(
        "select count(*) from statement where close_number = getvariable('close_number')"
    ).fetchone()
    yield _count(
        "Every statement has its package",
        "",
        "statements made",
        int(made[0]) if made else 0,
        "packages",
        len(manifest.practices),
    )
    for practice in manifest.practices:
        yield from _of_statement(package.read_statement(folder / practice), position[practice])
        yield from _of_detail(connection, folder / practice)


def _of_statement(statement: package.Statement, position: Mapping[str, Any]) -> Iterable[Total]:
    practice = statement.identity.practice_code
    changes = statement.changes
    yield Total(
        "A statement's spent to date is the position",
        practice,
        "pounds",
        "position",
        position["ytd_actual"],
        "statement",
        statement.headline.spent_to_date,
    )
    yield Total(
        "A statement's opening + new + adjustments = closing",
        practice,
        "pounds",
        "opening + new + adjustments",
        changes.opening
        + changes.new_amount
        + sum((each.amount for each in changes.adjustments), _NOUGHT),
        "closing",
        changes.closing,
    )
    headline = statement.headline
    counted = [pod for pod in statement.pods if pod.treatment != "excluded"]
    yield Total(
        "A statement's expected year-end is the position's",
        practice,
        "pounds",
        "position",
        position["forecast"],
        "statement",
        headline.forecast or _NOUGHT,
    )
    yield Total(
        "An expected year-end is the sum of its points of delivery",
        practice,
        "pounds",
        "points of delivery that count",
        sum((pod.forecast or _NOUGHT for pod in counted), _NOUGHT),
        "total",
        headline.forecast or _NOUGHT,
    )
    march = statement.months[-1]
    if march.forecast_mid is not None:
        yield Total(
            "The chart's forecast ends at the expected year-end",
            practice,
            "pounds",
            "expected year-end less the year's budget",
            headline.forecast_difference or _NOUGHT,
            "chart in March",
            march.forecast_mid,
        )


def _of_detail(connection: duckdb.DuckDBPyConnection, place: Path) -> Iterable[Total]:
    statement = package.read_statement(place)
    found = dict(
        connection.execute(
            "select sheet, sum(total_price) from read_parquet($path) group by sheet",
            {"path": str(place / package.CHARGES_FILE)},
        ).fetchall()
    )
    for sheet, stated in (
        ("charges", statement.detail.charges_amount),
        ("year_to_date", statement.detail.year_to_date_amount),
    ):
        yield Total(
            "A detail file adds up to its statement",
            f"{statement.identity.practice_code} {sheet}",
            "pounds",
            "statement",
            stated,
            "detail file",
            found.get(sheet, _NOUGHT),
        )


def _count(control: str, key: str, left_name: str, left: int, right_name: str, right: int) -> Total:
    return Total(control, key, "files", left_name, Decimal(left), right_name, Decimal(right))


def show(report: Report) -> None:
    """Print the control totals, and where any is off a table of differences."""
    from rich.console import Console
    from rich.table import Table

    console = Console(width=None if Console().is_terminal else 160, soft_wrap=False)
    controls = Table(
        title=f"Control totals of {report.commissioner} {report.period} r{report.revision}"
    )
    for name in ("Control", "Unit", "Checked", "First way", "Second way", ""):
        controls.add_column(name, justify="right" if name.endswith("way") else "left")
    for control in dict.fromkeys(total.control for total in report.totals):
        group = [total for total in report.totals if total.control == control]
        controls.add_row(
            control,
            group[0].unit,
            str(len(group)),
            _figure(sum((total.left for total in group), _NOUGHT), group[0].unit),
            _figure(sum((total.right for total in group), _NOUGHT), group[0].unit),
            "ties" if all(total.holds for total in group) else "OFF",
        )
    console.print(controls)
    if report.holds:
        console.print("Everything ties.")
        return
    console.print(_table_of(report.differences))


def _table_of(differences: Sequence[Total]) -> "Table":
    from rich.table import Table

    table = Table(title="Differences")
    for name in ("Control", "For", "First way", "Second way", "Difference"):
        table.add_column(name)
    for total in differences:
        table.add_row(
            total.control,
            total.key,
            f"{_figure(total.left, total.unit)} {total.left_name}",
            f"{_figure(total.right, total.unit)} {total.right_name}",
            _figure(total.difference, total.unit),
        )
    return table


def _figure(value: Decimal, unit: str) -> str:
    return f"{value:,.2f}" if unit == "pounds" else f"{value:,.0f}"
