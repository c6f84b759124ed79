"""What all workbooks share: cell formats, properties, and tables of cells written to the penny.

Bytes depend on content alone: the creation date is the period's last day, and the parts of the
file bear the one date that XlsxWriter gives them. Amounts are written from Decimal, digit by digit.
"""

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from transforms.documents.palette import PALETTE
from transforms.documents.plain_text import cell_text, looks_like_formula

PROTECTION = {
    "autofilter": True,
    "format_columns": True,
    "select_locked_cells": True,
    "select_unlocked_cells": True,
    "sort": True,
}
HEADER_HEIGHT = 46  # points: three lines, which the longest title in its narrow column takes
_DAY_NOUGHT = date(1899, 12, 30)
_FIRST_DAY = date(1900, 3, 1)  # before it spreadsheets disagree on what a day's number is


@dataclass(frozen=True)
class Formats:
    """The cell formats of a workbook."""

    title: Format
    heading: Format
    header: Format
    header_right: Format
    own_header: Format
    text: Format
    quoted: Format
    wrapped: Format
    bold: Format
    whole: Format
    money: Format
    percent: Format
    date: Format
    month: Format
    bold_whole: Format
    bold_money: Format
    own: Format
    good: Format
    bad: Format
    tie: Format
    warn: Format


def new_workbook(
    period: str, title: str, author: str, keywords: str = ""
) -> tuple[BytesIO, xlsxwriter.Workbook]:
    """An empty workbook and the bytes that it will be written to when closed.

    `keywords` say in the file itself what it was made from.
    """
    content = BytesIO()
    book = xlsxwriter.Workbook(
        content,
        {
            "in_memory": True,  # else the parts' access rights follow the machine's
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
        },
    )
    year, month = int(period[:4]), int(period[5:])
    last_day = calendar.monthrange(year, month)[1]
    book.set_properties(
        {
            "title": cell_text(title),
            "author": cell_text(author),
            "keywords": cell_text(keywords),
            "created": datetime(year, month, last_day, tzinfo=UTC),
        }
    )
    return content, book


def formats(book: xlsxwriter.Workbook) -> Formats:
    """The formats of a workbook, which must be made in it."""
    # Right, but not against the text that begins the next column.
    right = {"align": "right", "indent": 1}
    money = right | {"num_format": "#,##0.00;-#,##0.00"}
    whole = right | {"num_format": "#,##0;-#,##0"}
    header = {
        "bold": True,
        "font_color": PALETTE.white,
        "bg_color": PALETTE.brand,
        "text_wrap": True,
        "valign": "top",
    }
    bold = {"bold": True, "top": 1}
    return Formats(
        title=book.add_format({"bold": True, "font_size": 16, "font_color": PALETTE.ink}),
        heading=book.add_format({"bold": True, "font_size": 12, "font_color": PALETTE.brand}),
        header=book.add_format(header),
        header_right=book.add_format(header | right),
        own_header=book.add_format(header | {"bg_color": PALETTE.under}),
        text=book.add_format({"valign": "top"}),
        quoted=book.add_format({"valign": "top", "quote_prefix": True}),
        wrapped=book.add_format({"text_wrap": True, "valign": "top"}),
        bold=book.add_format(bold),
        whole=book.add_format(whole | {"valign": "top"}),
        money=book.add_format(money | {"valign": "top"}),
        percent=book.add_format(right | {"num_format": "0.00", "valign": "top"}),
        date=book.add_format({"num_format": "dd/mm/yyyy", "align": "left", "valign": "top"}),
        month=book.add_format({"num_format": "mmm yyyy", "align": "left", "valign": "top"}),
        bold_whole=book.add_format(whole | bold),
        bold_money=book.add_format(money | bold),
        own=book.add_format(
            {"locked": False, "bg_color": "#f1f7f4", "border": 1, "border_color": PALETTE.rule}
        ),
        good=book.add_format({"bold": True, "font_color": PALETTE.under}),
        bad=book.add_format({"bold": True, "font_color": PALETTE.over}),
        tie=book.add_format(right | {"font_color": PALETTE.under}),
        warn=book.add_format(right | {"bold": True, "font_color": PALETTE.over}),
    )


def text_cell(text: str, kinds: Formats) -> tuple[str, Format]:
    """What `write_string` makes a cell of that stays text, when it is edited too."""
    return cell_text(text), kinds.quoted if looks_like_formula(text) else kinds.text


def put_text(sheet: Worksheet, row: int, column: int, text: str, kinds: Formats) -> None:
    """A cell of text that stays text, when it is edited too."""
    sheet.write_string(row, column, *text_cell(text, kinds))


def put_date(sheet: Worksheet, row: int, column: int, day: date, kinds: Formats) -> None:
    """A real date, or text for a day of before spreadsheets' reckoning (births, to 1880)."""
    if day < _FIRST_DAY:
        sheet.write_string(row, column, f"{day.day:02}/{day.month:02}/{day.year}", kinds.text)
    else:
        sheet.write_number(row, column, (day - _DAY_NOUGHT).days, kinds.date)


def put_month(sheet: Worksheet, row: int, column: int, month: str, kinds: Formats) -> None:
    """A month ``YYYY-MM`` as the date of its first day, shown as month and year."""
    sheet.write_number(row, column, month_number(month), kinds.month)


def month_number(month: str) -> int:
    """The number that stands for a month's first day in a workbook."""
    return (date(int(month[:4]), int(month[5:]), 1) - _DAY_NOUGHT).days


def put_money(
    sheet: Worksheet, row: int, column: int, amount: Decimal | None, form: Format
) -> None:
    """An amount, or nothing; XlsxWriter writes a Decimal's own digits."""
    if amount is not None:
        sheet.write_number(row, column, amount, form)
