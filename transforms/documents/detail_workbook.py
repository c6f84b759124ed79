"""The detail file as a workbook, for a practice manager in Excel or LibreOffice.

Sheets Charges, Year to date and Not charged hold a row for each posting, charge or spell; Summary
sums them with live formulas and says whether they tie to the statement; Notes explains. All is
protected but the practice's own columns, Query and Comment.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import cache, partial
from math import ceil

from xlsxwriter.worksheet import Worksheet

from transforms.documents import formats as written
from transforms.documents import workbook as wb
from transforms.documents.detail_columns import CHARGE_COLUMNS, NOT_CHARGED_COLUMNS, Column
from transforms.documents.detail_rows import OWN_COLUMNS, DetailRows, Row, Sheet, SheetKey
from transforms.documents.plain_text import cell_text
from transforms.documents.query_reasons import QUERY_REASONS
from transforms.documents.summary_sheet import write_summary
from transforms.package import Statement, origin

SEXES = {"0": "Not known", "1": "Male", "2": "Female", "9": "Not specified"}
BASES = {
    "registration": "registered list",
    "submitted_practice": "practice as submitted",
    "submitted_gp": "GP as submitted",
}


# Notes are wrapped, and not every program finds the height of a wrapped row by itself.
_LINE_HEIGHT = 15  # points
_LINE_LENGTH = 95  # characters that surely fit in a line


def detail_workbook(statement: Statement, detail: DetailRows) -> bytes:
    """The workbook's bytes."""
    who = statement.identity
    content, book = wb.new_workbook(
        who.period,
        f"{who.practice_name}: charges of {written.month_and_year(who.period)}",
        who.commissioner_name,
        origin(statement),
    )
    kinds = wb.formats(book)
    words = {
        "pod": {pod.pod: pod.pod_name for pod in statement.pods},
        "sex": SEXES,
        "attribution_basis": BASES,
    }
    keys: tuple[tuple[str, SheetKey, Sequence[Column]], ...] = (
        ("Charges", "charges", CHARGE_COLUMNS),
        ("Year to date", "year_to_date", CHARGE_COLUMNS),
        ("Not charged", "not_charged", NOT_CHARGED_COLUMNS),
    )
    sheets = [
        Sheet(name, columns, _in_words(detail.of(key, columns), columns, words))
        for name, key, columns in keys
    ]
    for one in sheets:
        _write_rows(book.add_worksheet(one.name), one, statement, kinds)
    charges, year_to_date, not_charged = sheets
    summary = book.add_worksheet("Summary")
    write_summary(summary, statement, charges, year_to_date, not_charged, kinds)
    summary.protect("", wb.PROTECTION)
    _set_page(summary, statement)
    notes = book.add_worksheet("Notes")
    _write_notes(notes, statement, kinds)
    notes.protect("", wb.PROTECTION)
    _set_page(notes, statement)
    book.close()
    return content.getvalue()


def _in_words(
    rows: Sequence[Row], columns: Sequence[Column], words: dict[str, dict[str, str]]
) -> list[Row]:
    """The rows with codes that a reader should not have to know put into words."""
    tables = [
        (place, words[column.name]) for place, column in enumerate(columns) if column.name in words
    ]
    put = []
    for row in rows:
        values = list(row)
        for place, table in tables:
            value = values[place]
            if isinstance(value, str):
                values[place] = table.get(value, value)
        put.append(tuple(values))
    return put


def _write_rows(sheet: Worksheet, one: Sheet, statement: Statement, kinds: wb.Formats) -> None:
    columns = one.columns
    for place, column in enumerate(columns):
        right = column.kind in ("money", "whole")
        form = (
            kinds.own_header
            if column.name in OWN_COLUMNS
            else kinds.header_right
            if right
            else kinds.header
        )
        sheet.write_string(0, place, column.title, form)
        sheet.set_column(place, place, column.width)
    sheet.set_row(0, wb.HEADER_HEIGHT)
    # Most texts of a sheet stand in it many times.
    text_cell = cache(partial(wb.text_cell, kinds=kinds))
    for number, row in enumerate(one.rows, start=1):
        for place, (value, column) in enumerate(zip(row, columns, strict=True)):
            if value is None:
                if column.name in OWN_COLUMNS:
                    sheet.write_blank(number, place, None, kinds.own)
            elif column.kind == "month" and isinstance(value, str):
                wb.put_month(sheet, number, place, value, kinds)
            elif isinstance(value, str):
                sheet.write_string(number, place, *text_cell(value))
            elif isinstance(value, date):
                wb.put_date(sheet, number, place, value, kinds)
            elif isinstance(value, Decimal):
                sheet.write_number(number, place, value, kinds.money)
            else:
                sheet.write_number(number, place, value, kinds.whole)
    last = max(1, len(one.rows))
    sheet.autofilter(0, 0, last, len(columns) - 1)
    sheet.freeze_panes(1, 1)
    query = one.place("query")
    sheet.data_validation(
        1,
        query,
        last,
        query,
        {
            "validate": "list",
            "source": list(QUERY_REASONS),
            "input_title": "Query",
            "input_message": "Choose a reason, or leave it blank.",
            "error_title": "Query",
            "error_message": "Please choose a reason from the list; say more under Comment.",
        },
    )
    sheet.protect("", wb.PROTECTION)
    sheet.repeat_rows(0)
    sheet.repeat_columns(0)
    _set_page(sheet, statement, pages_across=3)


def _set_page(sheet: Worksheet, statement: Statement, pages_across: int = 1) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(pages_across, 0)
    number = statement.identity.number.replace("&", "&&")
    sheet.set_footer(f"&L{number}&CConfidential: patient data&RPage &P of &N")


def _write_notes(sheet: Worksheet, statement: Statement, kinds: wb.Formats) -> None:
    who = statement.identity
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 100)
    sheet.hide_gridlines(2)
    row = 0

    def heading(text: str) -> None:
        nonlocal row
        sheet.write_string(row, 0, text, kinds.heading)
        row += 1

    def line(name: str, text: str) -> None:
        nonlocal row
        sheet.write_string(row, 0, name, kinds.wrapped)
        sheet.write_string(row, 1, cell_text(text), kinds.wrapped)
        sheet.set_row(row, _LINE_HEIGHT * ceil(len(text) / _LINE_LENGTH))
        row += 1

    sheet.write_string(0, 0, "Notes", kinds.title)
    row = 2
    heading("This file")
    line("Practice", f"{who.practice_name} ({who.practice_code})")
    line("Statement", f"{who.number}, {who.standing}")
    line("Month", written.month_and_year(who.period))
    if who.synthetic:
        line("Data", "All data in this file is invented.")
    line(
        "Confidential",
        "This file is about patients who can be identified. Keep it as you keep their records.",
    )
    row += 1
    heading("How to return the file")
    deadline = f" by {written.long_date(who.query_deadline)}" if who.query_deadline else ""
    contact = f" to {who.contact}" if who.contact else ""
    line(
        "Queries",
        "On sheet Charges or Year to date, choose a reason under Query on the row of the charge, "
        "say more under Comment if it helps, save the file under its own name and return it"
        f"{contact}{deadline}, encrypted as it came.",
    )
    line("Reasons", "; ".join(QUERY_REASONS))
    row += 1
    heading("The sheets")
    line("Charges", "A row for each posting of the month: charges, and credits that take one back.")
    line("Year to date", "Every charge that stands in the financial year.")
    line(
        "Not charged",
        "Spells of your patients that are not charged: excluded, ungrouped, not priced, or open.",
    )
    line("Summary", "The sheets added up, beside the figures of your statement.")
    row += 1
    heading("The columns")
    seen = set()
    for column in (*CHARGE_COLUMNS, *NOT_CHARGED_COLUMNS):
        if column.name not in seen:
            seen.add(column.name)
            line(column.title, column.text)
    row += 1
    heading("What the prices rest on")
    for edition in statement.notes.tariff_editions:
        line(
            f"Tariff {edition.financial_year}, edition {edition.edition}",
            f"{edition.currency}, published {written.published_day(edition.published)}. "
            f"{edition.source}",
        )
    line("Software", f"Version {statement.notes.software_version}")
