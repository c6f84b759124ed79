"""Reads charges.parquet into the rows of the detail file's sheets.

A row is on every sheet that its column `sheet` names: a charge that the period posted and that
stands is on two.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Literal

import duckdb
from xlsxwriter.utility import xl_range_abs

from transforms.documents.detail_columns import Column
from transforms.package import CHARGES_FILE

SheetKey = Literal["charges", "year_to_date", "not_charged"]
Value = str | int | Decimal | date | None
Row = tuple[Value, ...]

OWN_COLUMNS = frozenset({"query", "comment"})
"""The practice's columns, which the package does not hold."""


class DetailRows:
    """The detail of one practice's package, read a sheet at a time."""

    def __init__(self, folder: Path) -> None:
        """Of the practice's package folder."""
        self._path = folder / CHARGES_FILE

    def of(self, sheet: SheetKey, columns: Sequence[Column]) -> list[Row]:
        """The rows of a sheet, in the file's order."""
        names = ", ".join("null" if one.name in OWN_COLUMNS else one.name for one in columns)
        # A bound parameter would load pandas, if it is installed, which takes longer than the rest.
        on_sheet = f"list_contains(string_split(sheet, ' '), '{sheet}')"
        return self._file.filter(on_sheet).project(names).fetchall()

    @cached_property
    def _file(self) -> duckdb.DuckDBPyRelation:
        # One thread: practices are rendered side by side, and a file is small. One connection for
        # all sheets: to open it takes as long as to read a sheet.
        connection = duckdb.connect(config={"threads": 1})
        return connection.read_parquet(str(self._path))


@dataclass(frozen=True)
class Sheet:
    """A sheet's name, columns and rows, as they stand in the workbook under one header row."""

    name: str
    columns: Sequence[Column]
    rows: Sequence[Row]

    @cached_property
    def _places(self) -> dict[str, int]:
        return {column.name: place for place, column in enumerate(self.columns)}

    def place(self, column: str) -> int:
        """A column's number, from 0."""
        return self._places[column]

    def area(self, column: str) -> str:
        """The absolute address of a column's cells, of at least one row, for a formula."""
        place = self.place(column)
        return f"'{self.name}'!{xl_range_abs(1, place, max(1, len(self.rows)), place)}"
