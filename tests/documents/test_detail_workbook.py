"""The detail workbook: its sheets, its types, what is locked, and text that stays text."""

import re
import zipfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from tests.documents.conftest import Rendered
from tests.documents.example_package import (
    EXTREMES,
    SCHEMA,
    Practice,
    charges_table,
    rows_of,
    write_package,
)
from transforms import package as p
from transforms.documents.detail_columns import CHARGE_COLUMNS, NOT_CHARGED_COLUMNS, Column
from transforms.documents.detail_rows import DetailRows
from transforms.documents.detail_workbook import detail_workbook
from transforms.documents.query_reasons import QUERY_REASONS

SMALL = Practice(code="Y90003", spells_a_month=20, adjusted=8)
HOSTILE = ("=cmd|' /C calc'!A0", "+1+1", "-1-1", "@SUM(A1)", "\t=1", "\r=1", "<b>&amp;\ufffe\x07")


@pytest.fixture(scope="module")
def book(rendered: Rendered) -> openpyxl.Workbook:
    return openpyxl.load_workbook(rendered.file("ordinary", "xlsx"))


def titles(sheet: Worksheet) -> list[object]:
    return [cell.value for cell in sheet[1]]


def column(sheet: Worksheet, title: str) -> list[object]:
    place = titles(sheet).index(title)
    return [row[place].value for row in sheet.iter_rows(min_row=2)]


def test_the_sheets_in_their_order(book: openpyxl.Workbook) -> None:
    assert book.sheetnames == ["Charges", "Year to date", "Not charged", "Summary", "Notes"]


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("Charges", CHARGE_COLUMNS),
        ("Year to date", CHARGE_COLUMNS),
        ("Not charged", NOT_CHARGED_COLUMNS),
    ],
)
def test_columns_end_with_the_practices_own_two(
    book: openpyxl.Workbook, name: str, columns: tuple[Column, ...]
) -> None:
    assert titles(book[name]) == [one.title for one in columns]
    assert titles(book[name])[-2:] == ["Query", "Comment"]


def test_every_row_of_the_package_is_there(rendered: Rendered, book: openpyxl.Workbook) -> None:
    detail = rendered.statement("ordinary").detail
    assert book["Charges"].max_row - 1 == detail.charges_rows
    assert book["Year to date"].max_row - 1 == detail.year_to_date_rows
    assert book["Not charged"].max_row - 1 == detail.not_charged_rows


def test_dates_are_dates_months_are_dates_and_money_is_numbers(book: openpyxl.Workbook) -> None:
    sheet = book["Charges"]
    assert isinstance(column(sheet, "Admission date")[0], datetime)
    assert isinstance(column(sheet, "Month")[0], datetime)
    assert isinstance(column(sheet, "Age")[0], int)
    assert isinstance(column(sheet, "Total £")[0], int | float)
    assert isinstance(column(sheet, "NHS number")[0], str)


def test_codes_stand_in_words(book: openpyxl.Workbook) -> None:
    sheet = book["Charges"]
    assert set(column(sheet, "Point of delivery")) <= {
        "Elective inpatient",
        "Day case",
        "Non-elective",
    }
    assert set(column(sheet, "Sex")) <= {"Male", "Female"}
    assert "registered list" in column(sheet, "Attribution basis")


def test_only_query_and_comment_are_unlocked(book: openpyxl.Workbook) -> None:
    for name in ("Charges", "Year to date", "Not charged"):
        sheet = book[name]
        for cell in sheet[2]:
            own = titles(sheet)[cell.column - 1] in ("Query", "Comment")
            assert cell.protection.locked != own
    for sheet in book:
        protection = sheet.protection
        assert protection.sheet
        # In the file these say what is forbidden.
        assert not protection.autoFilter
        assert not protection.sort
        assert not protection.formatColumns
        assert protection.formatCells
        assert protection.insertRows


def test_query_is_a_drop_down_of_the_reasons(book: openpyxl.Workbook) -> None:
    for name in ("Charges", "Year to date", "Not charged"):
        sheet = book[name]
        (rule,) = sheet.data_validations.dataValidation
        assert rule.type == "list"
        assert rule.formula1 == f'"{",".join(QUERY_REASONS)}"'
        letter = openpyxl.utils.get_column_letter(titles(sheet).index("Query") + 1)
        assert str(rule.sqref) == f"{letter}2:{letter}{sheet.max_row}"


def test_header_frozen_filters_on_widths_set(book: openpyxl.Workbook) -> None:
    for name in ("Charges", "Year to date", "Not charged"):
        sheet = book[name]
        assert sheet.freeze_panes == "B2"
        assert sheet.auto_filter.ref.endswith(str(sheet.max_row))
        assert sheet.column_dimensions["A"].width > 20


def test_no_figure_stands_against_the_text_beside_it(book: openpyxl.Workbook) -> None:
    for name in ("Charges", "Year to date", "Not charged"):
        sheet = book[name]
        kinds = {one.title: one.kind for one in (*CHARGE_COLUMNS, *NOT_CHARGED_COLUMNS)}
        for title, cell in zip(titles(sheet), sheet[2], strict=True):
            if kinds[title] in ("money", "whole") and cell.value is not None:
                assert (cell.alignment.horizontal, cell.alignment.indent) == ("right", 1)


def test_notes_explain_every_column(book: openpyxl.Workbook) -> None:
    explained = {row[0].value for row in book["Notes"].iter_rows()}
    columns = (*CHARGE_COLUMNS, *NOT_CHARGED_COLUMNS)
    assert {one.title for one in columns} <= explained
    text = " ".join(str(row[1].value) for row in book["Notes"].iter_rows())
    assert "return it to Practice finance team" in text
    assert "by 14\N{NO-BREAK SPACE}November 2004" in text


def test_amounts_are_written_digit_by_digit(rendered: Rendered) -> None:
    """The XML holds the decimals of the package themselves, as no float's rounding left them."""
    detail = DetailRows(rendered.package("ordinary"))
    with zipfile.ZipFile(rendered.file("ordinary", "xlsx")) as file:
        xml = file.read("xl/worksheets/sheet1.xml").decode()
    place = next(n for n, one in enumerate(CHARGE_COLUMNS) if one.name == "total_price")
    letter = openpyxl.utils.get_column_letter(place + 1)
    found = re.findall(rf'<c r="{letter}\d+" s="\d+"><v>([^<]*)</v>', xml)
    assert found == [str(row[place]) for row in detail.of("charges", CHARGE_COLUMNS)]


@pytest.mark.parametrize("extreme", EXTREMES)
def test_every_extreme_ties_to_its_statement(rendered: Rendered, extreme: str) -> None:
    values = openpyxl.load_workbook(rendered.file(extreme, "xlsx"), data_only=True)["Summary"]
    assert str(values["A4"].value).startswith("Yes: every figure below ties to statement")
    assert "DOES NOT TIE" not in [row[5].value for row in values.iter_rows()]


def package(folder: Path, rows: pa.Table | None = None) -> tuple[p.Statement, DetailRows]:
    write_package(folder, [SMALL])
    own = folder / SMALL.code
    if rows is not None:
        pq.write_table(rows, own / p.CHARGES_FILE)
    return p.read_statement(own), DetailRows(own)


def saved(folder: Path, statement: p.Statement, detail: DetailRows) -> Path:
    path = folder / "detail.xlsx"
    path.write_bytes(detail_workbook(statement, detail))
    return path


def test_a_penny_too_much_in_the_detail_shows_on_the_summary(tmp_path: Path) -> None:
    rows = rows_of(SMALL, "2004-09")
    first = next(row for row in rows if row["sheet"] == "year_to_date")
    first["total_price"] += Decimal("0.01")
    path = saved(tmp_path, *package(tmp_path, charges_table(rows)))
    summary = openpyxl.load_workbook(path, data_only=True)["Summary"]
    assert str(summary["A4"].value).startswith("No: some figures do not tie")


@pytest.mark.parametrize("hostile", HOSTILE)
def test_text_is_never_a_formula_in_any_column(tmp_path: Path, hostile: str) -> None:
    rows = rows_of(SMALL, "2004-09")
    kept = {"sheet", "kind", "reason", "activity_month", "pod", "price_status"}
    for row in rows:
        for name in SCHEMA.names:
            if SCHEMA.field(name).type == pa.string() and name not in kept:
                row[name] = hostile
    statement, detail = package(tmp_path, charges_table(rows))
    path = saved(tmp_path, statement, detail)
    book = openpyxl.load_workbook(path)
    for name in ("Charges", "Year to date", "Not charged"):
        for row in book[name].iter_rows(min_row=2):
            for cell in row:
                assert cell.data_type != "f"
    with zipfile.ZipFile(path) as file:
        for sheet in ("sheet1", "sheet2", "sheet3"):
            assert b"<f>" not in file.read(f"xl/worksheets/{sheet}.xml")


def test_text_that_looks_like_a_formula_is_marked_as_quoted(tmp_path: Path) -> None:
    rows = rows_of(SMALL, "2004-09")
    rows[0]["consultant_code"] = "=1+1"
    book = openpyxl.load_workbook(saved(tmp_path, *package(tmp_path, charges_table(rows))))
    sheet = book["Charges"]
    cell = sheet.cell(2, titles(sheet).index("Consultant") + 1)
    assert cell.value == "=1+1"
    assert cell.data_type == "s"
    assert cell.quotePrefix


def test_births_before_spreadsheets_reckon_are_text(tmp_path: Path) -> None:
    rows = rows_of(SMALL, "2004-09")
    rows[0]["birth_date"], rows[1]["birth_date"] = date(1899, 12, 31), date(1900, 3, 1)
    book = openpyxl.load_workbook(saved(tmp_path, *package(tmp_path, charges_table(rows))))
    before, after = column(book["Charges"], "Date of birth")[:2]
    assert before == "31/12/1899"
    assert isinstance(after, datetime)
    assert after.date() == date(1900, 3, 1)


def test_the_same_bytes_again(rendered: Rendered, tmp_path: Path) -> None:
    again = detail_workbook(
        rendered.statement("ordinary"), DetailRows(rendered.package("ordinary"))
    )
    assert again == rendered.file("ordinary", "xlsx").read_bytes()
    with zipfile.ZipFile(rendered.file("ordinary", "xlsx")) as file:
        assert {part.date_time[0] for part in file.infolist()} == {1980}
        assert b"2004-09-30T00:00:00Z" in file.read("docProps/core.xml")


def test_a_practice_without_rows_has_a_workbook_too(rendered: Rendered) -> None:
    book = openpyxl.load_workbook(rendered.file("no_activity", "xlsx"))
    assert book["Charges"].max_row == 1
    assert titles(book["Charges"])[0] == "Charge reference"
