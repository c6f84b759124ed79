"""Expectations about one figure: the vocabulary that the suites are written in.

A gate's query gives figures, not records: counts, shares and means, a column each. So whatever an
expectation observes is a figure too, and no value of a patient's record can reach a validation
result or Data Docs. A figure that is null is one with nothing to judge (the mean of no prices) and
passes; of several rows the worst one counts.
"""

from typing import Any, ClassVar, Literal

from great_expectations.compatibility.sqlalchemy import sqlalchemy as sa
from great_expectations.execution_engine import ExecutionEngine, SqlAlchemyExecutionEngine
from great_expectations.expectations.core import (
    ExpectColumnMaxToBeBetween,
    ExpectColumnMinToBeBetween,
)
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.metadata_types import FailureSeverity
from great_expectations.expectations.metrics.column_aggregate_metric_provider import (
    ColumnAggregateMetricProvider,
    column_aggregate_partial,
)

from transforms.gate_settings import Bounds, Limit

Unit = Literal["count", "per cent", "pounds"]


class PlaceOfGreatest(ColumnAggregateMetricProvider):
    """Where a figure is greatest: the column `place` of that row, null for the whole."""

    metric_name = "column.place_of_max"

    @column_aggregate_partial(engine=SqlAlchemyExecutionEngine)
    def _sqlalchemy(cls, column: Any, **_: Any) -> Any:
        return sa.func.arg_max_null(sa.column("place"), column)


class PlaceOfLeast(ColumnAggregateMetricProvider):
    """Where a figure is least."""

    metric_name = "column.place_of_min"

    @column_aggregate_partial(engine=SqlAlchemyExecutionEngine)
    def _sqlalchemy(cls, column: Any, **_: Any) -> Any:
        return sa.func.arg_min_null(sa.column("place"), column)


class ExpectFigureToBeAtMost(ExpectColumnMaxToBeBetween):
    """The greatest of a figure's values is at most `max_value`, or there is none."""

    metric_dependencies: ClassVar[Any] = ("column.max", "column.place_of_max")

    def _validate(
        self,
        metrics: dict[Any, Any],
        runtime_configuration: dict[Any, Any] | None = None,
        execution_engine: ExecutionEngine[Any] | None = None,
    ) -> Any:
        if metrics["column.max"] is None:
            return _NOTHING_TO_JUDGE
        outcome = super()._validate(metrics, runtime_configuration, execution_engine)
        return _at(outcome, metrics["column.place_of_max"])


class ExpectFigureToBeAtLeast(ExpectColumnMinToBeBetween):
    """The least of a figure's values is at least `min_value`, or there is none."""

    metric_dependencies: ClassVar[Any] = ("column.min", "column.place_of_min")

    def _validate(
        self,
        metrics: dict[Any, Any],
        runtime_configuration: dict[Any, Any] | None = None,
        execution_engine: ExecutionEngine[Any] | None = None,
    ) -> Any:
        if metrics["column.min"] is None:
            return _NOTHING_TO_JUDGE
        outcome = super()._validate(metrics, runtime_configuration, execution_engine)
        return _at(outcome, metrics["column.place_of_min"])


_NOTHING_TO_JUDGE = {"success": True, "result": {"observed_value": None}}


def _at(outcome: Any, place: str | None) -> Any:
    """An expectation's result, with where its figure was found."""
    outcome["result"]["details"] = {"place": place}
    return outcome


def none(figure: str, words: str, *, rows: str) -> Expectation:
    """A count that must be 0, or the run stops: a sum that ties or does not.

    `words` says in a few what is counted, `rows` what the command `pbc rows` selects to show them.
    """
    return _at_most(figure, words, 0, "count", FailureSeverity.CRITICAL, rows)


def limited(
    figure: str, words: str, limit: Limit, unit: Unit, *, rows: str, on_statement: bool = True
) -> list[Expectation]:
    """The expectations of a limit: one for each of its levels that is set.

    One that is not met shows on the statements, too, unless `on_statement` is false.
    """
    levels = {FailureSeverity.CRITICAL: limit.stop, FailureSeverity.WARNING: limit.warn}
    return [
        _at_most(figure, words, level, unit, severity, rows, on_statement=on_statement)
        for severity, level in levels.items()
        if level is not None
    ]


def bounded(figure: str, words: str, bounds: Bounds, unit: Unit, *, rows: str) -> list[Expectation]:
    """The expectations of bounds: two for each of its levels that is set."""
    levels = {FailureSeverity.CRITICAL: bounds.stop, FailureSeverity.WARNING: bounds.warn}
    return [
        expectation
        for severity, level in levels.items()
        if level is not None
        for expectation in (
            _at_most(figure, words, level.high, unit, severity, rows),
            _at_least(figure, words, level.low, unit, severity, rows),
        )
    ]


def _at_most(
    figure: str,
    words: str,
    most: float,
    unit: Unit,
    severity: FailureSeverity,
    rows: str,
    *,
    on_statement: bool = True,
) -> Expectation:
    expected = f"at most {written(most, unit)}" if most else "none"
    return ExpectFigureToBeAtMost(
        column=figure,
        max_value=most,
        severity=severity,
        meta=_wording(words, expected, unit, rows, on_statement),
    )


def _at_least(
    figure: str, words: str, least: float, unit: Unit, severity: FailureSeverity, rows: str
) -> Expectation:
    return ExpectFigureToBeAtLeast(
        column=figure,
        min_value=least,
        severity=severity,
        meta=_wording(words, f"at least {written(least, unit)}", unit, rows, on_statement=True),
    )


def _wording(
    words: str, expected: str, unit: Unit, rows: str, on_statement: bool
) -> dict[str, Any]:
    """What an expectation's result is to repeat elsewhere."""
    return {
        "words": words,
        "expected": expected,
        "unit": unit,
        "rows": rows,
        "on_statement": on_statement,
    }


def written(figure: float, unit: Unit) -> str:
    """A figure as a British reader writes it: 1,234 or 3.5 per cent or £1,234.50."""
    if unit == "pounds":
        return f"£{figure:,.2f}"
    text = f"{figure:,.2f}".rstrip("0").rstrip(".")
    return f"{text} per cent" if unit == "per cent" else text
