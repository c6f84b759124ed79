"""The commissioner's summary: a workbook for the accountant, one per close, without patient data.

Every practice by point of delivery, what is posted to nobody, providers by month to set against
their invoices, adjustments by reason; and on the first sheet where all that was priced went, with
live sums and the control totals that must tie.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from transforms.documents import formats as written
from transforms.documents import workbook as wb
from transforms.documents.plain_text import cell_text
from transforms.package import Control, Position

Value = str | int | Decimal | None
Kind = Literal["text", "whole", "money", "percent", "month"]


@dataclass(frozen=True)
class Head:
    """A column's heading, what it holds and how wide it is, in characters."""

    title: str
    kind: Kind
    width: int


_PROVIDER = (Head("Provider code", "text", 10), Head("Provider", "text", 32))
_PRACTICE = (Head("Practice code", "text", 11), Head("Practice", "text", 32))
_COUNTS = (Head("Spells", "whole", 10), Head("Amount £", "money", 16))

_POSITION = (
    *_PRACTICE,
    Head("Takes part as", "text", 14),
    Head("Point of delivery", "text", 20),
    Head("Treatment", "text", 14),
    Head("Month spells", "whole", 10),
    Head("Month actual £", "money", 15),
    Head("Month budget £", "money", 15),
    Head("Adjustments £", "money", 15),
    Head("Year to date spells", "whole", 11),
    Head("Year to date actual £", "money", 16),
    Head("Year to date budget £", "money", 16),
    Head("Variance £", "money", 15),
    Head("Variance %", "percent", 10),
    Head("Annual budget £", "money", 16),
    Head("Forecast £", "money", 16),
    Head("Forecast low £", "money", 16),
    Head("Forecast high £", "money", 16),
    Head("Prior year adjustments £", "money", 16),
)
_STATEMENT = (
    *_PRACTICE,
    Head("Statement", "text", 26),
    Head("Closing statement", "text", 10),
    Head("Budget to date £", "money", 16),
    Head("Spent to date £", "money", 16),
    Head("Difference £", "money", 15),
    Head("Difference %", "percent", 11),
    Head("Postings", "whole", 10),
)
_PROVIDER_MONTH = (
    *_PROVIDER,
    Head("Month", "month", 11),
    Head("Point of delivery", "text", 20),
    *_COUNTS,
)
_ADJUSTMENT = (
    *_PRACTICE,
    Head("Reason", "text", 12),
    Head("Year", "text", 14),
    Head("Spells", "whole", 10),
    Head("Charges", "whole", 10),
    Head("Credits", "whole", 10),
    Head("Amount £", "money", 16),
)
_STATUS = (
    *_PROVIDER,
    Head("Spells", "whole", 10),
    Head("Open", "whole", 10),
    Head("Priced", "whole", 10),
    Head("Local price", "whole", 10),
    Head("Excluded", "whole", 10),
    Head("Ungrouped", "whole", 10),
    Head("No tariff", "whole", 10),
    Head("Priced £", "money", 16),
    Head("Not responsible spells", "whole", 12),
    Head("Not responsible £", "money", 16),
    Head("Posted spells", "whole", 10),
    Head("Posted £", "money", 16),
)
_NOT_RESPONSIBLE = (*_PROVIDER, Head("Reason", "text", 44), *_COUNTS)
_HELD = (Head("Month", "month", 11), *_COUNTS)
_BUDGET = (
    *_PRACTICE,
    Head("Point of delivery", "text", 20),
    Head("Treatment", "text", 14),
    Head("Annual budget £", "money", 16),
)


def commissioner_summary(control: Control) -> bytes:
    """The workbook's bytes."""
    who = control.identity
    month = written.month_and_year(who.period)
    content, book = wb.new_workbook(
        who.period, f"{who.commissioner_name}: summary of {month}", who.commissioner_name
    )
    kinds = wb.formats(book)
    first = book.add_worksheet("Summary")
    _sheet(book, kinds, "Position", _POSITION, _positions(control))
    _sheet(
        book,
        kinds,
        "Statements",
        _STATEMENT,
        [
            (
                row.practice_code,
                row.practice_name,
                row.number,
                "closing" if row.closing else None,
                row.budget_to_date,
                row.spent_to_date,
                row.difference,
                row.difference_percent,
                row.charges_rows,
            )
            for row in control.statements
        ],
    )
    by_month = [
        (
            row.provider_code,
            row.provider_name,
            row.activity_month,
            row.pod_name,
            row.spells,
            row.amount,
        )
        for row in control.provider_months
    ]
    _provider_matrix(book, kinds, control, len(by_month))
    _sheet(book, kinds, "Provider months", _PROVIDER_MONTH, by_month)
    _sheet(
        book,
        kinds,
        "Adjustments",
        _ADJUSTMENT,
        [
            (
                row.practice_code,
                row.practice_name,
                row.reason,
                "earlier years" if row.prior_year else who.financial_year,
                row.spells,
                row.charges,
                row.credits,
                row.amount,
            )
            for row in control.adjustments
        ],
    )
    _sheet(
        book,
        kinds,
        "Price status",
        _STATUS,
        [
            (
                row.provider_code,
                row.provider_name,
                row.spells,
                row.open_spells,
                row.priced,
                row.local,
                row.excluded,
                row.ungrouped,
                row.no_tariff,
                row.priced_amount,
                row.not_responsible_spells,
                row.not_responsible_amount,
                row.posted_spells,
                row.posted_amount,
            )
            for row in control.providers
        ],
    )
    _sheet(
        book,
        kinds,
        "Not responsible",
        _NOT_RESPONSIBLE,
        [
            (row.provider_code, row.provider_name, row.reason, row.spells, row.amount)
            for row in control.not_responsible
        ],
    )
    _sheet(
        book,
        kinds,
        "Held by freeze",
        _HELD,
        [(row.activity_month, row.spells, row.amount) for row in control.held_months],
    )
    _sheet(
        book,
        kinds,
        "Budgets",
        _BUDGET,
        [
            (
                row.practice_code,
                row.practice_name,
                row.pod_name,
                row.treatment,
                row.annual_budget,
            )
            for row in control.budgets
        ],
    )
    _summary(first, control, kinds)
    book.close()
    return content.getvalue()


def _position_row(
    code: str, name: str, participation: str | None, one: Position
) -> tuple[Value, ...]:
    return (
        code,
        name,
        participation,
        one.pod_name,
        one.treatment,
        one.month_spells,
        one.month_actual,
        one.month_budget,
        one.adjustments,
        one.ytd_spells,
        one.ytd_actual,
        one.ytd_budget,
        one.variance,
        one.variance_percent,
        one.annual_budget,
        one.forecast,
        one.forecast_low,
        one.forecast_high,
        one.prior_year_adjustments,
    )


def _positions(control: Control) -> list[tuple[Value, ...]]:
    rows = [
        _position_row(who.practice_code, who.practice_name, who.participation, one)
        for who in control.positions
        for one in (*who.pods, who.total)
    ]
    rows += [
        _position_row("ALL", "All practices, without suspense", None, one)
        for one in control.practices_total
    ]
    return rows


def _cell(
    sheet: Worksheet, row: int, place: int, value: Value, kind: Kind, kinds: wb.Formats
) -> None:
    if value is None:
        return
    if kind == "month" and isinstance(value, str):
        wb.put_month(sheet, row, place, value, kinds)
    elif isinstance(value, str):
        wb.put_text(sheet, row, place, value, kinds)
    elif kind == "money":
        sheet.write_number(row, place, value, kinds.money)
    elif kind == "percent":
        sheet.write_number(row, place, value, kinds.percent)
    else:
        sheet.write_number(row, place, value, kinds.whole)


def _heads(sheet: Worksheet, row: int, heads: Sequence[Head], kinds: wb.Formats) -> None:
    for place, head in enumerate(heads):
        right = head.kind in ("whole", "money", "percent")
        sheet.write_string(row, place, head.title, kinds.header_right if right else kinds.header)


def _sheet(
    book: Workbook,
    kinds: wb.Formats,
    name: str,
    heads: Sequence[Head],
    rows: Sequence[Sequence[Value]],
) -> None:
    sheet = book.add_worksheet(name)
    _heads(sheet, 0, heads, kinds)
    sheet.set_row(0, wb.HEADER_HEIGHT)
    for place, head in enumerate(heads):
        sheet.set_column(place, place, head.width)
    for number, row in enumerate(rows, start=1):
        for place, (value, head) in enumerate(zip(row, heads, strict=True)):
            _cell(sheet, number, place, value, head.kind, kinds)
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, max(1, len(rows)), len(heads) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _provider_matrix(book: Workbook, kinds: wb.Formats, control: Control, rows: int) -> None:
    """Provider and POD down, months across: live sums over sheet Provider months."""
    sheet = book.add_worksheet("Provider by month")
    months = sorted({row.activity_month for row in control.provider_months})
    lines = sorted(
        {(row.provider_code, row.provider_name, row.pod_name) for row in control.provider_months}
    )
    heads = [*_PROVIDER, Head("Point of delivery", "text", 20)]
    _heads(sheet, 0, heads, kinds)
    for place, head in enumerate(heads):
        sheet.set_column(place, place, head.width)
    first = len(heads)
    for place, month in enumerate(months, start=first):
        sheet.write_string(0, place, f"{written.month_and_year(month)} £", kinds.header_right)
    sheet.write_string(0, first + len(months), "Total £", kinds.header_right)
    sheet.set_column(first, first + len(months), 15)

    def area(column: int) -> str:
        return f"'Provider months'!{xl_range_abs(1, column, max(1, rows), column)}"

    sums: dict[tuple[str, str, str], Decimal] = {}
    for row in control.provider_months:
        key = (row.provider_code, row.pod_name, row.activity_month)
        sums[key] = sums.get(key, Decimal("0.00")) + row.amount
    for number, (code, name, pod) in enumerate(lines, start=1):
        wb.put_text(sheet, number, 0, code, kinds)
        wb.put_text(sheet, number, 1, name, kinds)
        wb.put_text(sheet, number, 2, pod, kinds)
        for place, month in enumerate(months, start=first):
            provider = xl_rowcol_to_cell(number, 0, col_abs=True)
            point = xl_rowcol_to_cell(number, 2, col_abs=True)
            sheet.write_formula(
                number,
                place,
                f"=ROUND(SUMIFS({area(5)},{area(0)},{provider},{area(3)},{point},"
                f'{area(2)},"{wb.month_number(month)}"),2)',
                kinds.money,
                sums.get((code, pod, month), Decimal("0.00")),
            )
        if months:
            across = f"{xl_rowcol_to_cell(number, first)}:" + xl_rowcol_to_cell(
                number, first + len(months) - 1
            )
            total = sum((sums.get((code, pod, m), Decimal(0)) for m in months), Decimal("0.00"))
            sheet.write_formula(
                number, first + len(months), f"=ROUND(SUM({across}),2)", kinds.bold_money, total
            )
    sheet.freeze_panes(1, first)


def _summary(sheet: Worksheet, control: Control, kinds: wb.Formats) -> None:
    who = control.identity
    sheet.set_column(0, 0, 58)
    sheet.set_column(1, 2, 20)
    sheet.set_column(3, 4, 30)
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.write_string(0, 0, cell_text(who.commissioner_name), kinds.title)
    revision = f", revision {who.revision}" if who.revision > 1 else ""
    sheet.write_string(
        1,
        0,
        f"Summary of {written.month_and_year(who.period)}, month {who.month_number} of 12 of "
        f"{who.financial_year}{revision}. No patient data.",
        kinds.text,
    )
    if who.synthetic:
        sheet.write_string(2, 0, "All data is invented.", kinds.text)
    row = 4
    sheet.write_string(row, 0, "Where all that was priced went", kinds.heading)
    row += 1
    _heads(
        sheet,
        row,
        (Head("Share", "text", 58), *_COUNTS),
        kinds,
    )
    start = row + 1
    for line in control.bridge.lines:
        row += 1
        wb.put_text(sheet, row, 0, line.name, kinds)
        sheet.write_number(row, 1, line.spells, kinds.whole)
        sheet.write_number(row, 2, line.amount, kinds.money)
    end = max(row, start)
    row = end + 1
    spells = sum(line.spells for line in control.bridge.lines)
    amount = sum((line.amount for line in control.bridge.lines), Decimal("0.00"))
    sheet.write_string(row, 0, "Sum of the shares", kinds.bold)
    sheet.write_formula(row, 1, f"=SUM(B{start + 1}:B{end + 1})", kinds.bold_whole, spells)
    sheet.write_formula(row, 2, f"=ROUND(SUM(C{start + 1}:C{end + 1}),2)", kinds.bold_money, amount)
    row += 1
    sheet.write_string(row, 0, "All that was priced", kinds.bold)
    sheet.write_number(row, 1, control.bridge.total_spells, kinds.bold_whole)
    sheet.write_number(row, 2, control.bridge.total_amount, kinds.bold_money)
    holds = spells == control.bridge.total_spells and amount == control.bridge.total_amount
    sheet.write_formula(
        row,
        3,
        f'=IF(AND(B{row}=B{row + 1},ROUND(C{row}-C{row + 1},2)=0),"ties","DOES NOT TIE")',
        kinds.tie if holds else kinds.warn,
        "ties" if holds else "DOES NOT TIE",
    )
    row += 2
    sheet.write_string(row, 0, "Control totals", kinds.heading)
    row += 1
    _heads(
        sheet,
        row,
        (
            Head("What must tie", "text", 58),
            Head("One way", "money", 20),
            Head("Another way", "money", 20),
            Head("Do they tie?", "money", 30),
            Head("From", "text", 30),
        ),
        kinds,
    )
    for tie in control.ties:
        row += 1
        number = kinds.money if tie.unit == "pounds" else kinds.whole
        wb.put_text(sheet, row, 0, tie.name, kinds)
        sheet.write_number(row, 1, tie.left, number)
        sheet.write_number(row, 2, tie.right, number)
        sheet.write_formula(
            row,
            3,
            f'=IF(ROUND(B{row + 1}-C{row + 1},2)=0,"ties","DOES NOT TIE")',
            kinds.tie if tie.left == tie.right else kinds.warn,
            "ties" if tie.left == tie.right else "DOES NOT TIE",
        )
        wb.put_text(sheet, row, 4, f"{tie.left_name}; {tie.right_name}", kinds)
    row += 2
    sheet.write_string(row, 0, "What it rests on", kinds.heading)
    for edition in control.notes.tariff_editions:
        row += 1
        wb.put_text(
            sheet,
            row,
            0,
            f"Tariff {edition.financial_year}, edition {edition.edition}: {edition.source}",
            kinds,
        )
    row += 1
    wb.put_text(
        sheet,
        row,
        0,
        f"Landing number {control.notes.mark}; software {control.notes.software_version}",
        kinds,
    )
