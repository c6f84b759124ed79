"""Sheet Summary of the detail file: its sheets added up, beside the figures of the statement.

Each line counts and sums the rows of this file by live formulas; where the statement has the same
figure it stands beside it, and the last column says whether the two tie. One cell at the top says
whether all do.
"""

from dataclasses import dataclass
from decimal import Decimal

from xlsxwriter.worksheet import Worksheet

from transforms.documents import formats
from transforms.documents import workbook as wb
from transforms.documents.detail_rows import Sheet
from transforms.documents.plain_text import cell_text
from transforms.documents.tally import Tally, Where, count, together, total
from transforms.package import Statement

TIES = "ties"
DOES_NOT_TIE = "DOES NOT TIE"
_HEADERS = (
    "Rows in this file",
    "On your statement",
    "£ in this file",
    "£ on your statement",
    "Do they tie?",
)
_REASONS = ("new", "late", "amended", "repriced", "moved", "restored", "withdrawn")


@dataclass(frozen=True)
class Line:
    """A line of the sheet: from this file, and where the statement has it, from there."""

    name: str
    count: Tally
    amount: Tally | None
    told_count: int | None = None
    told_amount: Decimal | None = None
    is_total: bool = False

    @property
    def told(self) -> bool:
        """Whether the statement has anything to tie to."""
        return self.told_count is not None or self.told_amount is not None

    @property
    def ties(self) -> bool:
        """Whether what this file holds is what the statement says."""
        return (self.told_count is None or self.count.value == self.told_count) and (
            self.told_amount is None or self.amount is None or self.amount.value == self.told_amount
        )


def write_summary(
    sheet: Worksheet,
    statement: Statement,
    charges: Sheet,
    year_to_date: Sheet,
    not_charged: Sheet,
    kinds: wb.Formats,
) -> None:
    """Write the sheet: a table for each way of adding up."""
    who = statement.identity
    month, span = (
        formats.month_and_year(who.period),
        formats.month_range(who.first_month, who.period),
    )
    tables = (
        (
            "From the last statement to this one: sheet Charges",
            "Posted",
            _changes(statement, charges),
        ),
        ("By reason: sheet Charges", "Reason", _reasons(charges)),
        (
            f"{span} by point of delivery: sheet Year to date",
            "Point of delivery",
            _pods(statement, year_to_date, month=None),
        ),
        (
            f"{month} alone by point of delivery: sheet Year to date",
            "Point of delivery",
            _pods(statement, year_to_date, month=who.period),
        ),
        ("By month of discharge: sheet Year to date", "Month", _months(statement, year_to_date)),
        ("By provider: sheet Year to date", "Provider", _providers(statement, year_to_date)),
        ("Not charged: sheet Not charged", "Why", _not_charged(statement, not_charged)),
    )
    sheet.set_column(0, 0, 46)
    sheet.set_column(1, 5, 22)
    sheet.hide_gridlines(2)
    sheet.write_string(0, 0, "Summary", kinds.title)
    sheet.write_string(1, 0, cell_text(f"{who.practice_name}, {month}"), kinds.text)
    all_tie = all(line.ties for _, _, lines in tables for line in lines)
    rows = sum(len(lines) + 3 for _, _, lines in tables) + 5
    yes = f"Yes: every figure below ties to statement {who.number}"
    no = f"No: some figures do not tie to statement {who.number}; please tell us"
    sheet.write_formula(
        3,
        0,
        f'=IF(COUNTIF($F$5:$F${rows},"{DOES_NOT_TIE}")=0,"{yes}","{no}")',
        kinds.good if all_tie else kinds.bad,
        yes if all_tie else no,
    )
    row = 5
    for title, first, lines in tables:
        row = _write_table(sheet, row, title, first, lines, kinds) + 1


def _write_table(
    sheet: Worksheet, row: int, title: str, first: str, lines: list[Line], kinds: wb.Formats
) -> int:
    sheet.write_string(row, 0, title, kinds.heading)
    row += 1
    sheet.write_string(row, 0, first, kinds.header)
    for place, header in enumerate(_HEADERS, start=1):
        sheet.write_string(row, place, header, kinds.header_right)
    for line in lines:
        row += 1
        whole = kinds.bold_whole if line.is_total else kinds.whole
        money = kinds.bold_money if line.is_total else kinds.money
        sheet.write_string(
            row, 0, cell_text(line.name), kinds.bold if line.is_total else kinds.text
        )
        sheet.write_formula(row, 1, line.count.formula, whole, line.count.value)
        if line.told_count is not None:
            sheet.write_number(row, 2, line.told_count, whole)
        if line.amount is not None:
            sheet.write_formula(row, 3, line.amount.formula, money, line.amount.value)
        wb.put_money(sheet, row, 4, line.told_amount, money)
        if line.told:
            n = row + 1
            tests = []
            if line.told_count is not None:
                tests.append(f"B{n}=C{n}")
            if line.told_amount is not None:
                tests.append(f"ROUND(D{n}-E{n},2)=0")
            sheet.write_formula(
                row,
                5,
                f'=IF(AND({",".join(tests)}),"{TIES}","{DOES_NOT_TIE}")',
                kinds.tie if line.ties else kinds.warn,
                TIES if line.ties else DOES_NOT_TIE,
            )
    return row + 1


def _changes(statement: Statement, charges: Sheet) -> list[Line]:
    who, told = statement.identity, statement.changes
    held = [pod.pod_name for pod in statement.pods if pod.treatment != "excluded"]
    apart = [pod.pod_name for pod in statement.pods if pod.treatment == "excluded"]
    now = (Where("activity_month", who.period),)
    earlier = (
        Where("activity_month", who.period, "<"),
        Where("activity_month", who.first_month, ">="),
    )
    this_year = (Where("activity_month", who.first_month, ">="),)
    before = (Where("activity_month", who.first_month, "<"),)

    def line(name: str, months: tuple[Where, ...], pods: list[str] | None, amount: Decimal) -> Line:
        if pods is None:
            return Line(name, count(charges, *months), total(charges, *months), None, amount)
        wheres = [(*months, Where("pod", pod)) for pod in pods]
        return Line(
            name,
            together([count(charges, *where) for where in wheres]),
            together([total(charges, *where) for where in wheres]),
            None,
            amount,
        )

    lines = [
        line(f"Activity of {formats.month_name(who.period)}", now, held, told.new_amount),
        line("Adjustments to earlier months", earlier, held, told.adjustments_amount),
    ]
    if apart:
        lines.append(line("Services not in your total", this_year, apart, told.excluded_amount))
    lines.append(line("Earlier financial years", before, None, told.prior_year_amount))
    detail = statement.detail
    lines.append(
        Line(
            "All postings",
            count(charges),
            total(charges),
            detail.charges_rows,
            detail.charges_amount,
            is_total=True,
        )
    )
    return lines


def _reasons(charges: Sheet) -> list[Line]:
    lines = []
    for reason in _REASONS:
        where = Where("reason", reason)
        line = Line(reason, count(charges, where), total(charges, where))
        if line.count.value:
            lines.append(line)
    lines.append(Line("All postings", count(charges), total(charges), is_total=True))
    return lines


def _pods(statement: Statement, year_to_date: Sheet, month: str | None) -> list[Line]:
    months = (Where("activity_month", month),) if month else ()
    lines, parts = [], []
    for pod in statement.pods:
        where = (*months, Where("pod", pod.pod_name))
        apart = pod.treatment == "excluded"
        line = Line(
            f"{pod.pod_name}, not in your total" if apart else pod.pod_name,
            count(year_to_date, *where),
            total(year_to_date, *where),
            pod.month_spells if month else pod.ytd_spells,
            pod.month_actual if month else pod.ytd_actual,
        )
        lines.append(line)
        if not apart:
            parts.append(line)
    whole = statement.total
    lines.append(
        Line(
            "Total",
            together([line.count for line in parts]),
            together([line.amount for line in parts if line.amount]),
            whole.month_spells if month else whole.ytd_spells,
            whole.month_actual if month else whole.ytd_actual,
            is_total=True,
        )
    )
    return lines


def _months(statement: Statement, year_to_date: Sheet) -> list[Line]:
    held = [pod.pod_name for pod in statement.pods if pod.treatment != "excluded"]
    lines = []
    for point in statement.months:
        if point.state == "to_come":
            continue
        wheres = [(Where("activity_month", point.month), Where("pod", pod)) for pod in held]
        lines.append(
            Line(
                formats.month_and_year(point.month),
                together([count(year_to_date, *where) for where in wheres]),
                together([total(year_to_date, *where) for where in wheres]),
                point.spells,
                point.actual,
            )
        )
    return lines


def _providers(statement: Statement, year_to_date: Sheet) -> list[Line]:
    code, name = year_to_date.place("provider_code"), year_to_date.place("provider_name")
    names = {str(row[code]): str(row[name]) for row in year_to_date.rows}
    lines = []
    for provider in sorted(names):
        where = Where("provider_code", provider)
        lines.append(
            Line(
                f"{names[provider]} ({provider})",
                count(year_to_date, where),
                total(year_to_date, where),
            )
        )
    detail = statement.detail
    lines.append(
        Line(
            "All charges standing",
            count(year_to_date),
            total(year_to_date),
            detail.year_to_date_rows,
            detail.year_to_date_amount,
            is_total=True,
        )
    )
    return lines


def _not_charged(statement: Statement, not_charged: Sheet) -> list[Line]:
    place = not_charged.place("not_charged_reason")
    reasons = sorted({str(row[place]) for row in not_charged.rows if row[place] is not None})
    lines = [
        Line(reason, count(not_charged, Where("not_charged_reason", reason)), None)
        for reason in reasons
    ]
    lines.append(
        Line(
            "All spells not charged",
            count(not_charged),
            None,
            statement.detail.not_charged_rows,
            is_total=True,
        )
    )
    return lines
