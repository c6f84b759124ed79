"""A published tariff workbook (XLSX) read as one of an edition's tables.

Publishers lay their workbooks out each in their own way, so edition.toml says where a table
stands:

    [workbook.tariff]
    file = "national-prices.xlsx"       # in the edition's folder
    sheet = "APC and OPROC"
    header_row = 4                      # the row of the column names; the table stands below it
    last_row = 2800                     # where notes follow the table; else to the sheet's end

    [workbook.tariff.columns]           # the table's column = the workbook's column name
    hrg_code = "HRG code"
    elective_price = "Combined day case / ordinary elective spell tariff (£)"
    daycase_price = "Combined day case / ordinary elective spell tariff (£)"

A cell is taken for what it says: numbers with thousands commas, `-` for none, and a percentage as
the number before its sign. What is not understood is an error that names file, sheet, row and
column.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zipfile import BadZipFile

import duckdb
import pydantic

from transforms import reference
from transforms.errors import UsageError
from transforms.reference import Layout, Source

if TYPE_CHECKING:
    from openpyxl import Workbook

_NONE = "-"
_NUMBERS = ("whole", "money", "number")
_WITH_COMMAS = re.compile(r"-?[0-9]{1,3}(,[0-9]{3})+([.][0-9]+)?")
_PERCENT = re.compile(r"(-?[0-9]+([.][0-9]+)?) ?%")
_FINEST = Decimal("0.00000001")  # beyond it a cell's number is the noise of its binary form

Row = Annotated[int, pydantic.Field(ge=1)]


class SheetPlace(pydantic.BaseModel):
    """[workbook.<table>] of edition.toml: where a table stands in a workbook."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid")

    file: Annotated[str, pydantic.Field(pattern=r"^[^/\\]+[.]xlsx$")]
    sheet: str
    header_row: Row = 1
    last_row: Row | None = None
    columns: dict[str, str]


def load(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    place: SheetPlace,
    layout: Layout,
    shown: str,
    *,
    edition: str,
) -> Source:
    """Add a sheet's rows to a layout's table; return what messages call the sheet.

    `shown` is what messages call the edition's folder. Raises UsageError naming file, sheet, row
    and column.
    """
    import pyarrow

    _check_columns(layout, place, shown)
    file = folder / place.file
    sheet_shown = f"{shown}/{place.file}, sheet {place.sheet!r}"
    if not file.is_file():
        raise UsageError(f"{shown}/{place.file} is missing, which edition.toml names.")
    rows = list(_rows(file, f"{shown}/{place.file}", sheet_shown, place, results=True))
    formulas = list(_rows(file, f"{shown}/{place.file}", sheet_shown, place, results=False))
    letters = _letters(rows, place, sheet_shown)
    source = Source(
        sheet_shown,
        "row",
        {name: f"{name} (column {letters[name][1]}, {place.columns[name]!r})" for name in letters},
    )
    kinds = {column.name: column.kind for column in layout.columns}
    lines: list[list[str | int | None]] = []
    problems: list[str] = []
    for (number, cells), (_, written) in zip(rows[1:], formulas[1:], strict=True):
        texts: list[str | int | None] = [number]
        for name, (at, _) in letters.items():
            cell = cells[at] if at < len(cells) else None
            text = _text(cell, is_number=kinds[name] in _NUMBERS)
            if text is None and at < len(written) and _is_formula(written[at]):
                problems.append(
                    f"  row {number}: {source.column(name)} is a formula without its result; "
                    "open the workbook and save it again"
                )
            texts.append(text)
        if any(text is not None for text in texts[1:]):
            lines.append(texts)
    if problems:
        raise reference.unusable(sheet_shown, problems[: reference.PROBLEMS_SHOWN])
    if not lines:
        raise UsageError(f"{sheet_shown} has no row below its header in row {place.header_row}.")
    names = [reference.LINE, *letters]
    stated = pyarrow.table(
        {name: [line[at] for line in lines] for at, name in enumerate(names)},
        schema=pyarrow.schema(
            [(names[0], pyarrow.int64()), *((name, pyarrow.string()) for name in letters)]
        ),
    )
    connection.register("stated", stated)
    reference.take(connection, layout, source, list(letters), edition=edition)
    connection.unregister("stated")
    return source


def _check_columns(layout: Layout, place: SheetPlace, shown: str) -> None:
    known = [column.name for column in layout.columns]
    unknown = [name for name in place.columns if name not in known]
    missing = [
        column.name
        for column in layout.columns
        if column.required and column.name not in place.columns
    ]
    if unknown or missing:
        wrong = [f"{name} is no column of {layout.table}" for name in unknown]
        wrong += [f"{name} is missing" for name in missing]
        raise UsageError(
            f"{shown}/edition.toml, the columns of the workbook: {', '.join(wrong)}. "
            f"There are {', '.join(known)}."
        )


def _rows(
    file: Path, file_shown: str, sheet_shown: str, place: SheetPlace, *, results: bool
) -> Iterator[tuple[int, Sequence[Any]]]:
    """The header row and those below it, each with its number; formulas or their results."""
    import openpyxl

    try:
        workbook: Workbook = openpyxl.load_workbook(file, read_only=True, data_only=results)
    except (BadZipFile, KeyError, ValueError, OSError) as error:
        raise UsageError(
            f"{file_shown} cannot be read as a workbook (XLSX). Save it as one."
        ) from error
    try:
        names = [sheet.title for sheet in workbook.worksheets]
        if place.sheet not in names:
            raise UsageError(
                f"{file_shown} has no sheet {place.sheet!r}. Its sheets are "
                f"{', '.join(map(repr, names))}."
            )
        sheet = workbook[place.sheet]
        yield from enumerate(
            sheet.iter_rows(min_row=place.header_row, max_row=place.last_row),
            start=place.header_row,
        )
    finally:
        workbook.close()


def _letters(
    rows: Sequence[tuple[int, Sequence[Any]]], place: SheetPlace, shown: str
) -> Mapping[str, tuple[int, str]]:
    """Where each of the table's columns stands: its place in a row, and its letter."""
    from openpyxl.utils import get_column_letter

    header = [_one_line(cell.value) for cell in rows[0][1]] if rows else []
    letters = {}
    for name, wanted in place.columns.items():
        places = [at for at, text in enumerate(header) if text == _one_line(wanted)]
        if len(places) != 1:
            found = "twice" if places else "nowhere"
            raise UsageError(
                f"{shown}, row {place.header_row}: the column {wanted!r} ({name}) stands there "
                f"{found}. Its columns are {', '.join(repr(text) for text in header if text)}."
            )
        letters[name] = (places[0], get_column_letter(places[0] + 1))
    return letters


def _one_line(value: object) -> str:
    """A column's name without the line breaks that a narrow column gives it."""
    return " ".join(str(value).split()) if value is not None else ""


def _is_formula(cell: Any) -> bool:
    return bool(cell.data_type == "f")


def _text(cell: Any, *, is_number: bool) -> str | None:
    """What a cell says, as text; None for an empty cell and for a lone hyphen."""
    value = None if cell is None else cell.value
    if value is None:
        return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        number = Decimal(str(value)) * (100 if "%" in (cell.number_format or "") else 1)
        return _plain(number)
    text = str(value).strip()
    if text in ("", _NONE):
        return None
    if is_number and _WITH_COMMAS.fullmatch(text):
        return text.replace(",", "")
    percent = _PERCENT.fullmatch(text) if is_number else None
    return percent[1] if percent else text


def _plain(number: Decimal) -> str:
    """A number without exponent, noise or needless zeros."""
    if not number.is_finite() or abs(number) >= Decimal(10) ** 18:
        return str(number)
    text = f"{number.quantize(_FINEST):f}"
    return text.rstrip("0").rstrip(".")
