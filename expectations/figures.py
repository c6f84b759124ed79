"""Expectations about one figure: the vocabulary that the suites are written in.

A gate's query gives figures, not records: counts, shares and means, a column each. So whatever an
expectation observes is a figure too, and no value of a patient's record can reach a validation
result or Data Docs. A figure that is null is one with nothing to judge (the mean of no prices) and
passes; of several rows the worst one counts.
"""

from typing import Any, Literal

from great_expectations.execution_engine import ExecutionEngine
from great_expectations.expectations.core import (
    ExpectColumnMaxToBeBetween,
    ExpectColumnMinToBeBetween,
)
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.metadata_types import FailureSeverity

from transforms.gate_settings import Bounds, Limit

Unit = Literal["count", "per cent", "pounds"]


class ExpectFigureToBeAtMost(ExpectColumnMaxToBeBetween):
    """The greatest of a figure's values is at most `max_value`, or there is none."""

    def _validate(
        self,
        metrics: dict[Any, Any],
        runtime_configuration: dict[Any, Any] | None = None,
        execution_engine: ExecutionEngine[Any] | None = None,
    ) -> Any:
        return _nothing_to_judge(metrics["column.max"]) or super()._validate(
            metrics, runtime_configuration, execution_engine
        )


class ExpectFigureToBeAtLeast(ExpectColumnMinToBeBetween):
    """The least of a figure's values is at least `min_value`, or there is none."""

    def _validate(
        self,
        metrics: dict[Any, Any],
        runtime_configuration: dict[Any, Any] | None = None,
        execution_engine: ExecutionEngine[Any] | None = None,
    ) -> Any:
        return _nothing_to_judge(metrics["column.min"]) or super()._validate(
            metrics, runtime_configuration, execution_engine
        )


def _nothing_to_judge(value: object) -> dict[str, Any] | None:
    return {"success": True, "result": {"observed_value": None}} if value is None else None


def none(figure: str, words: str, *, rows: str) -> Expectation:
    """A count that must be 0, or the run stops: a sum that ties or does not.

    `words` says in a few what is counted, `rows` is the query that shows them in the warehouse.
    """
    return _at_most(figure, words, 0, "count", FailureSeverity.CRITICAL, rows)


def limited(figure: str, words: str, limit: Limit, unit: Unit, *, rows: str) -> list[Expectation]:
    """The expectations of a limit: one for each of its levels that is set."""
    levels = {FailureSeverity.CRITICAL: limit.stop, FailureSeverity.WARNING: limit.warn}
    return [
        _at_most(figure, words, level, unit, severity, rows)
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
    figure: str, words: str, most: float, unit: Unit, severity: FailureSeverity, rows: str
) -> Expectation:
    return ExpectFigureToBeAtMost(
        column=figure,
        max_value=most,
        severity=severity,
        **_wording(
            words, f"at most {written(most, unit)}" if most else "none", unit, severity, rows
        ),
    )


def _at_least(
    figure: str, words: str, least: float, unit: Unit, severity: FailureSeverity, rows: str
) -> Expectation:
    return ExpectFigureToBeAtLeast(
        column=figure,
        min_value=least,
        severity=severity,
        **_wording(words, f"at least {written(least, unit)}", unit, severity, rows),
    )


def _wording(
    words: str, expected: str, unit: Unit, severity: FailureSeverity, rows: str
) -> dict[str, Any]:
    """What an expectation says in Data Docs, and what its result is to repeat elsewhere."""
    return {
        "description": f"{words}: {expected} ({severity.value}). The rows: {rows}",
        "meta": {"words": words, "expected": expected, "unit": unit, "rows": rows},
    }


def written(figure: float, unit: Unit) -> str:
    """A figure as a British reader writes it: 1,234 or 3.5 per cent or £1,234.50."""
    if unit == "pounds":
        return f"£{figure:,.2f}"
    text = f"{figure:,.2f}".rstrip("0").rstrip(".")
    return f"{text} per cent" if unit == "per cent" else text
