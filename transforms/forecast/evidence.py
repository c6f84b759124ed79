"""What a forecast knows: the ledger as a close saw it, and the year's days and budgets.

Months are counted from April of the period's financial year: April is 0, March 11, last March -1.
Amounts are whole pennies here, because from here on they are evidence for an estimate.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb

from transforms import warehouse
from transforms.mark import Close
from transforms.periods import Period

MONTHS = 12

ByMonth = Mapping[int, float]


@dataclass(frozen=True)
class SpellCosts:
    """Spells, what they cost together, and the sum of their squared costs, in pennies."""

    spells: int = 0
    pennies: float = 0.0
    squares: float = 0.0

    @property
    def mean(self) -> float:
        """Pennies a spell; 0 without any."""
        return self.pennies / self.spells if self.spells > 0 else 0.0

    @property
    def severity(self) -> float:
        """E[x²] / E[x], in pennies: the variance that chance gives to each penny expected."""
        return self.squares / self.pennies if self.pennies > 0 else 0.0


@dataclass(frozen=True)
class Pod:
    """What the commissioner's ledger tells of a point of delivery.

    `share` are the twelve months' shares of the year's budget, `given` whether the site's profile
    set them. `days` are those that activity is spread over, of this year's months and the three
    years' before; `earlier` what was spent in those. `development` is what was posted for a month
    at a lag of so many months, by (month, lag).
    """

    code: str
    share: tuple[float, ...]
    days: ByMonth
    given: bool = False
    earlier: ByMonth = field(default_factory=dict)
    development: Mapping[tuple[int, int], float] = field(default_factory=dict)
    costs: SpellCosts = SpellCosts()


@dataclass(frozen=True)
class Practice:
    """A practice, its figures by place of the POD: annual budget, spent by month, and whether it
    counts in the total. `last_month` is the last in which it can have activity.
    """

    code: str
    budget: tuple[float, ...]
    spent: tuple[ByMonth, ...]
    counted: tuple[bool, ...]
    list_size: float | None = None
    last_month: int | None = None


@dataclass(frozen=True)
class Evidence:
    """All that is known at a close. `month` is the period's; `opened` the ledger's first.

    `freeze_after_months` is the site's: later than that after a month nothing is posted to it.
    """

    month: int
    opened: int
    pods: tuple[Pod, ...]
    practices: tuple[Practice, ...]
    freeze_after_months: int | None = None


def read(connection: duckdb.DuckDBPyConnection, close: Close) -> Evidence:
    """Gather the evidence of a close, whose variables are set and whose budgets are profiled."""

    def query(name: str) -> list[dict[str, Any]]:
        return warehouse.rows(connection, warehouse.read(f"position/forecast/{name}.sql"))

    month = close.period.month_of_year - 1
    first = connection.execute("select min(period) from close").fetchone()
    opened = Period.containing(first[0]) if first else close.period
    april = close.period.plus(-month)
    pods = [row["pod"] for row in query("pod")]
    return Evidence(
        month=month,
        opened=(opened.year - april.year) * MONTHS + opened.month - april.month,
        pods=_pods(
            pods,
            {name: query(name) for name in ("share", "days", "earlier", "development", "cost")},
        ),
        practices=_practices(pods, query("subject"), query("spent")),
        freeze_after_months=close.config.ledger.freeze_after_months,
    )


def _pods(codes: Sequence[str], rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> tuple[Pod, ...]:
    def of(name: str, code: str) -> list[Mapping[str, Any]]:
        return [row for row in rows[name] if row["pod"] == code]

    return tuple(
        Pod(
            code=code,
            share=tuple(row["numerator"] / row["denominator"] for row in of("share", code)),
            given=any(row["is_given"] for row in of("share", code)),
            days={row["month"]: float(row["days"]) for row in of("days", code)},
            earlier={row["month"]: float(row["pennies"]) for row in of("earlier", code)},
            development={
                (row["month"], row["lag"]): float(row["pennies"]) for row in of("development", code)
            },
            costs=next(
                (
                    SpellCosts(row["spells"], float(row["pennies"]), float(row["squares"]))
                    for row in of("cost", code)
                ),
                SpellCosts(),
            ),
        )
        for code in codes
    )


def _practices(
    pods: Sequence[str],
    subjects: Sequence[Mapping[str, Any]],
    spent: Sequence[Mapping[str, Any]],
) -> tuple[Practice, ...]:
    months: dict[tuple[str, str], dict[int, float]] = {}
    for row in spent:
        of_pod = months.setdefault((row["practice_code"], row["pod"]), {})
        of_pod[row["month"]] = float(row["pennies"])
    found: dict[str, dict[str, Mapping[str, Any]]] = {}
    for row in subjects:
        found.setdefault(row["practice_code"], {})[row["pod"]] = row
    return tuple(
        Practice(
            code=code,
            budget=tuple(float(of[pod]["budget"]) for pod in pods),
            spent=tuple(months.get((code, pod), {}) for pod in pods),
            counted=tuple(of[pod]["counted"] for pod in pods),
            list_size=of[pods[0]]["list_size"],
            last_month=of[pods[0]]["last_month"],
        )
        for code, of in found.items()
    )
