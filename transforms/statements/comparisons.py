"""Funnel plots: a practice against the commissioner's others, which are not named.

A practice of w weighted patients differs from the mean rate by chance alone: the number of its
spells is Poisson, with variance m x w where m is the mean number a patient; its cost is a sum of
Poisson many costs, with variance v x w where v is the sum of squared costs a patient (a compound
Poisson sum). The limits are the mean with 1.96 and 3.09 standard errors either way, 95 and 99.8 per
cent (Spiegelhalter 2005, Funnel plots for comparing institutional performance).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from transforms import package
from transforms.periods import Period
from transforms.statements.figures import two_decimals

Row = Mapping[str, Any]
Verdict = Literal["within", "above_95", "below_95", "above_998", "below_998"]

FEWEST_PRACTICES = 3  # fewer on a plot could be told apart
MOST_DRAWN = 150  # more are a blot, and every package would hold all practices of a country

_PER = 1000
_Z_95 = Decimal("1.959963984540054")
_Z_998 = Decimal("3.090232306167813")
_CURVE_POINTS = 25
_BELOW_SMALLEST = Decimal("0.8")
_ABOVE_LARGEST = Decimal("1.1")


@dataclass(frozen=True)
class _Measure:
    """What is plotted, a weighted patient: its mean, its variance, and the column it is in."""

    name: Literal["spells", "cost"]
    column: str
    mean: Decimal
    variance: Decimal

    def error(self, size: Decimal, z: Decimal) -> Decimal:
        """z standard errors of the mean of that many patients."""
        return z * (self.variance / size).sqrt()


@dataclass(frozen=True)
class _Plot:
    """What the plots of all practices share of one measure, by practice code where it has one."""

    measure: _Measure
    rows: Mapping[str, Row]
    points: Mapping[str, package.FunnelPoint]
    drawn: Sequence[str]
    limits: tuple[package.FunnelLimit, ...]


@dataclass(frozen=True)
class Plots:
    """Both funnel plots of a close, before each practice is marked on its own."""

    spells: _Plot
    cost: _Plot
    suppressed: int

    def of(self, practice: str, period: Period) -> package.Comparisons:
        """A practice's own plots: it is marked, the others are not named."""
        return package.Comparisons(
            first_month=str(period.plus(1 - period.month_of_year)),
            last_month=str(period),
            spells=self._funnel(self.spells, practice),
            cost=self._funnel(self.cost, practice),
        )

    def _funnel(self, plot: _Plot, practice: str) -> package.Funnel:
        own = plot.rows.get(practice)
        return package.Funnel(
            measure=plot.measure.name,
            mean=two_decimals(plot.measure.mean * _PER),
            practice=plot.points.get(practice),
            verdict=_verdict(plot.measure, own) if own else None,
            others=tuple(plot.points[code] for code in plot.drawn if code != practice),
            others_in_all=len(plot.rows) - (practice in plot.rows),
            suppressed=self.suppressed,
            limits=plot.limits,
        )


def plots_of(rows: Sequence[Row], suppress_below: int) -> Plots | None:
    """The funnel plots of a close; None where too few practices could be shown.

    `rows` are of sql/statements/funnel_point.sql. Practices with fewer spells than `suppress_below`
    are left out, and counted.
    """
    shown = [row for row in rows if row["spells"] >= suppress_below]
    if len(shown) < FEWEST_PRACTICES:
        return None
    patients = _sum(shown, "weighted_list_size")
    spells = _sum(shown, "spells") / patients
    cost = _sum(shown, "amount") / patients
    squares = _sum(shown, "sum_of_squares") / patients
    return Plots(
        spells=_plot(_Measure("spells", "spells", spells, spells), shown),
        cost=_plot(_Measure("cost", "amount", cost, squares), shown),
        suppressed=len(rows) - len(shown),
    )


def _sum(rows: Sequence[Row], column: str) -> Decimal:
    return sum((Decimal(row[column]) for row in rows), Decimal(0))


def _plot(measure: _Measure, rows: Sequence[Row]) -> _Plot:
    ordered = sorted(rows, key=lambda row: (row["weighted_list_size"], row[measure.column]))
    smallest, largest = (ordered[place]["weighted_list_size"] for place in (0, -1))
    return _Plot(
        measure=measure,
        rows={row["practice_code"]: row for row in ordered},
        points={row["practice_code"]: _point(measure, row) for row in ordered},
        drawn=[row["practice_code"] for row in _evenly(ordered, MOST_DRAWN)],
        limits=_limits(measure, smallest * _BELOW_SMALLEST, largest * _ABOVE_LARGEST),
    )


def _evenly(ordered: Sequence[Row], most: int) -> Sequence[Row]:
    """At most so many of the rows, spread evenly over them, with the first and the last."""
    if len(ordered) <= most:
        return ordered
    return [ordered[place * (len(ordered) - 1) // (most - 1)] for place in range(most)]


def _point(measure: _Measure, row: Row) -> package.FunnelPoint:
    size = row["weighted_list_size"]
    return package.FunnelPoint(
        weighted_list_size=two_decimals(size),
        value=two_decimals(Decimal(row[measure.column]) * _PER / size),
    )


def _verdict(measure: _Measure, row: Row) -> Verdict:
    size = row["weighted_list_size"]
    distance = Decimal(row[measure.column]) / size - measure.mean
    if abs(distance) > measure.error(size, _Z_998):
        return "above_998" if distance > 0 else "below_998"
    if abs(distance) > measure.error(size, _Z_95):
        return "above_95" if distance > 0 else "below_95"
    return "within"


def _limits(
    measure: _Measure, smallest: Decimal, largest: Decimal
) -> tuple[package.FunnelLimit, ...]:
    """The curves between two list sizes."""

    def rate(size: Decimal, z: Decimal) -> Decimal:
        return two_decimals(max(measure.mean + measure.error(size, z), Decimal(0)) * _PER)

    steps = (
        smallest + (largest - smallest) * step / (_CURVE_POINTS - 1)
        for step in range(_CURVE_POINTS)
    )
    return tuple(
        package.FunnelLimit(
            weighted_list_size=two_decimals(size),
            lower_998=rate(size, -_Z_998),
            lower_95=rate(size, -_Z_95),
            upper_95=rate(size, _Z_95),
            upper_998=rate(size, _Z_998),
        )
        for size in steps
    )
