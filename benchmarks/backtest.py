"""The forecast against what came of it, on simulated practices: errors and the interval's coverage.

    make backtest

Commissioners are simulated (see `simulated_ledger.py`), the stage `position` is run on their
ledgers as they stood at months 4, 6 and 9, and its forecasts are set against the outturn once all
has arrived, beside two that anyone can work out:

- the straight line: spent to date x 12 / months to date;
- last year's profile: spent to date over the share of last year's spending that fell to these
  months, over all practices of the commissioner.

Every second commissioner's ledger opens with the year, so that the forecast knows of no season and
has few months of postings to learn from. (Last year's profile is told of the year before all the
same.) The figures depend on the seed alone.
"""

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.simulated_ledger import (
    MONTHS,
    World,
    close_of,
    ledger_of,
    spells_of,
)
from transforms import position, warehouse

AT = (4, 6, 9)
COMMISSIONERS = 20
SEED = 2004
WORLD = World()


@dataclass(frozen=True)
class Tried:
    """A practice-year at a month: the outturn, what each way forecast, and the interval. Pounds."""

    month: int
    holds_last_year: bool
    outturn: float
    forecast: float
    low: float
    high: float
    straight_line: float
    last_year: float

    @property
    def is_within(self) -> bool:
        return self.low <= self.outturn <= self.high

    def error(self, way: str) -> float:
        """Per cent of the outturn."""
        return 100 * (getattr(self, way) - self.outturn) / self.outturn


WAYS = ("forecast", "straight_line", "last_year")


@dataclass(frozen=True)
class Score:
    """Of many practice-years: mean size of the error, its root mean square, and coverage."""

    practice_years: int
    mean_error: dict[str, float]
    root_mean_square: dict[str, float]
    within: float


def score(tried: Sequence[Tried]) -> Score:
    """Errors in per cent of the outturn; `within` in per cent of practice-years."""
    errors = {way: np.array([one.error(way) for one in tried]) for way in WAYS}
    return Score(
        practice_years=len(tried),
        mean_error={way: float(np.abs(of).mean()) for way, of in errors.items()},
        root_mean_square={way: float(np.sqrt((of**2).mean())) for way, of in errors.items()},
        within=100 * float(np.mean([one.is_within for one in tried])),
    )


def backtest(
    commissioners: int, seed: int, world: World = WORLD, months: Sequence[int] = AT
) -> Iterator[Tried]:
    """Simulate commissioners and try the forecast on each practice at each of the months."""
    for number in range(commissioners):
        random = np.random.default_rng([seed, number])
        with tempfile.TemporaryDirectory(prefix="backtest-") as name:
            yield from _of_commissioner(
                world, random, Path(name), months, holds_last_year=number % 2 == 0
            )


def _of_commissioner(
    world: World,
    random: np.random.Generator,
    folder: Path,
    months: Sequence[int],
    *,
    holds_last_year: bool,
) -> Iterator[Tried]:
    spells = spells_of(world, random)
    this_year = spells.month >= MONTHS
    outturn = np.bincount(
        spells.practice[this_year], spells.final[this_year] / 100, world.practices
    )
    last_year = np.bincount(spells.month[~this_year], spells.final[~this_year], MONTHS)
    with ledger_of(world, spells, folder, holds_last_year=holds_last_year) as connection:
        for month in months:
            close = close_of(connection, folder, month, holds_last_year=holds_last_year)
            position.build(connection, close)
            profile = last_year[:month].sum() / last_year.sum()
            for row in warehouse.rows(
                connection,
                "select * from position where close_number = $number and pod = 'total' "
                "and practice_code <> 'RESIDENT' order by practice_code",
                {"number": close.number},
            ):
                spent = float(row["ytd_actual"])
                yield Tried(
                    month=month,
                    holds_last_year=holds_last_year,
                    outturn=float(outturn[int(row["practice_code"][1:])]),
                    forecast=float(row["forecast"]),
                    low=float(row["forecast_low"]),
                    high=float(row["forecast_high"]),
                    straight_line=spent * MONTHS / month,
                    last_year=spent / profile,
                )


LEDGERS = {None: "all", True: "with last year", False: "first year"}


def show(tried: Sequence[Tried]) -> None:
    """Print the figures by kind of ledger and month."""
    years = len([one for one in tried if one.month == AT[0]])
    table = Table(
        title=f"{years:,} practice-years: mean error in % of the outturn (root mean square)"
    )
    for name in ("Ledger", "Month", "Forecast", "Straight line", "Last year", "Within 80%"):
        table.add_column(name, justify="left" if name == "Ledger" else "right")
    for held, ledger in LEDGERS.items():
        some = [one for one in tried if held is None or one.holds_last_year is held]
        for label, months in [*((str(month), (month,)) for month in AT), ("all", AT)]:
            of = score([one for one in some if one.month in months])
            table.add_row(
                ledger,
                label,
                *(f"{of.mean_error[way]:.2f} ({of.root_mean_square[way]:.2f})" for way in WAYS),
                f"{of.within:.1f}",
                end_section=label == "all",
            )
    Console(width=100).print(table)


def main() -> None:
    """Read the number of commissioners, try them all, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--commissioners", type=int, default=COMMISSIONERS)
    parser.add_argument("--seed", type=int, default=SEED)
    given = parser.parse_args()
    show(list(backtest(given.commissioners, given.seed)))


if __name__ == "__main__":
    main()
