"""Counts and sums over a sheet of the workbook: as live formulas, with the values they come to.

A value is worked out here in Decimal and cached beside its formula, so that a reader that does not
calculate shows it too.
"""

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from transforms.documents.detail_rows import Row, Sheet
from transforms.documents.plain_text import cell_text
from transforms.documents.workbook import month_number

_OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    ">=": operator.ge,
}


@dataclass(frozen=True)
class Where:
    """A condition on a column: `=` for any, `<` and `>=` for months alone."""

    column: str
    value: str
    comparison: str = "="

    def rows(self, sheet: Sheet, rows: Sequence[Row]) -> list[Row]:
        """The rows that meet it; a blank cell meets none."""
        place, compare, value = sheet.place(self.column), _OPERATORS[self.comparison], self.value
        return [
            row for row in rows if isinstance(found := row[place], str) and compare(found, value)
        ]

    def criterion(self, sheet: Sheet) -> str:
        """The two arguments that stand for it in COUNTIFS and SUMIFS."""
        if sheet.columns[sheet.place(self.column)].kind == "month":
            value = str(month_number(self.value))
        else:
            # As the cell has it; what a criterion would take for a pattern or a quote's end is told
            # apart. The sign before it keeps text that begins like one from being taken for one.
            value = cell_text(self.value)
            for special in "~*?":
                value = value.replace(special, f"~{special}")
            value = value.replace('"', '""')
        return f'{sheet.area(self.column)},"{self.comparison}{value}"'


@dataclass(frozen=True)
class Tally:
    """A count or a sum: its formula and the value that it comes to."""

    formula: str
    value: Decimal

    def __add__(self, other: "Tally") -> "Tally":
        """Both together."""
        return Tally(f"{self.formula}+{other.formula.removeprefix('=')}", self.value + other.value)


def _matching(sheet: Sheet, conditions: Sequence[Where]) -> Sequence[Row]:
    rows = sheet.rows
    for condition in conditions:
        rows = condition.rows(sheet, rows)
    return rows


def count(sheet: Sheet, *conditions: Where) -> Tally:
    """How many rows meet every condition."""
    if conditions:
        formula = f"=COUNTIFS({','.join(one.criterion(sheet) for one in conditions)})"
    else:
        formula = f"=COUNTA({sheet.area('provider_spell_number')})"
    return Tally(formula, Decimal(len(_matching(sheet, conditions))))


def total(sheet: Sheet, *conditions: Where) -> Tally:
    """The sum of `total_price` over the rows that meet every condition, to the penny."""
    place, prices = sheet.place("total_price"), sheet.area("total_price")
    found = sum(
        (price for row in _matching(sheet, conditions) if isinstance(price := row[place], Decimal)),
        Decimal("0.00"),
    )
    if conditions:
        criteria = ",".join(one.criterion(sheet) for one in conditions)
        return Tally(f"=ROUND(SUMIFS({prices},{criteria}),2)", found)
    return Tally(f"=ROUND(SUM({prices}),2)", found)


def together(tallies: Sequence[Tally]) -> Tally:
    """Several added up; nothing if there are none."""
    if not tallies:
        return Tally("=0", Decimal(0))
    result = tallies[0]
    for one in tallies[1:]:
        result += one
    return result
