"""Reads charges.parquet into the rows of the detail file's sheets."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
from xlsxwriter.utility import xl_range_abs

from transforms.documents.detail_columns import Column
from transforms.package import CHARGES_FILE

Value = str | int | Decimal | date | None
Row = tuple[Value, ...]

OWN_COLUMNS = frozenset({"query", "comment"})
"""The practice's columns, which the package does not hold."""


class DetailRows:
    """The detail of one practice's package, read once and cut into sheets."""

    def __init__(self, folder: Path) -> None:
        """Read the file in the practice's package folder."""
        self._table = pq.read_table(folder / CHARGES_FILE)

    def of(self, sheet: str, columns: Sequence[Column]) -> list[Row]:
        """The rows of a sheet (`charges`, `year_to_date`, `not_charged`), in the file's order."""
        rows = self._table.filter(pc.equal(self._table["sheet"], sheet))
        values = [
            [None] * rows.num_rows if column.name in OWN_COLUMNS else rows[column.name].to_pylist()
            for column in columns
        ]
        return list(zip(*values, strict=True))


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
