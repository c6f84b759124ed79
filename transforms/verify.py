"""Verifying a closed month: every control total worked out again, from the outputs alone.

Nothing is changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from transforms import close as closing
from transforms import control_totals, warehouse
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
        totals = _totals(connection, close, site.output(commissioner, period, close.revision))
    return Report(commissioner, str(period), close.revision, totals)


def _totals(connection: duckdb.DuckDBPyConnection, close: Close, folder: Path) -> tuple[Total, ...]:
    control_totals.work_out(connection, close, folder)
    return tuple(
        Total(
            row["control"],
            row["key"],
            row["unit"],
            row["left_name"],
            row["left_figure"],
            row["right_name"],
            row["right_figure"],
        )
        for row in warehouse.rows(connection, "select * from control_total order by rowid")
    )


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
