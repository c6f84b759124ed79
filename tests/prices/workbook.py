"""Published tariff workbooks for tests, laid out as publishers lay them out."""

from collections.abc import Sequence
from pathlib import Path

from openpyxl import Workbook

SHEET = "1 APC and OPROC"
HEADER = (
    "HRG code",
    "HRG name",
    "Combined day case /\nordinary elective\nspell tariff (£)",
    "Ordinary elective long stay trim point (days)",
    "Non-elective spell tariff (£)",
    "Non-elective long stay trim point (days)",
    "Per day long stay payment (£)",
    "Reduced short stay emergency tariff (% of full tariff)",
)
ROWS: tuple[tuple[object, ...], ...] = (
    ("HN12F", "Very major hip procedures", 5431, 6, "5,431", 6, 250, "-"),
    ("HN99Z", "An invented group", "1,234", "-", 1300.5, 8.0, "-", 0.3),
    (None, None, None, None, None, None, None, None),
    ("HN98Z", "Another invented group", "-", None, 0.1 + 0.2, 5, "1,000.25", "25%"),
)

EDITION = f"""
financial_year = "2017/18"
edition = 1
currency = "HRG4+"
market_forces = "paid_centrally"
source = "Invented for a test, but for HN12F's prices and trim points."

[workbook.tariff]
file = "national-prices.xlsx"
sheet = "{SHEET}"
header_row = 4
last_row = 8

[workbook.tariff.columns]
hrg_code = "HRG code"
hrg_name = "HRG name"
elective_price = "Combined day case / ordinary elective spell tariff (£)"
daycase_price = "Combined day case / ordinary elective spell tariff (£)"
non_elective_price = "Non-elective spell tariff (£)"
elective_trim_point = "Ordinary elective long stay trim point (days)"
non_elective_trim_point = "Non-elective long stay trim point (days)"
excess_day_price = "Per day long stay payment (£)"
short_stay_percent = "Reduced short stay emergency tariff (% of full tariff)"
"""


def write_edition(
    folder: Path, rows: Sequence[Sequence[object]] = ROWS, *, settings: str = EDITION
) -> None:
    """Writes an edition whose tariff is a workbook: titles above the header, notes below it."""
    folder.mkdir(parents=True)
    (folder / "edition.toml").write_text(settings)
    book = Workbook()
    book.worksheets[0].title = "Contents"
    sheet = book.create_sheet(SHEET)
    sheet.append(["Prices of an invented tariff"])
    sheet.append([])
    sheet.append(["In the shape of a national tariff; claims nothing of a real one"])
    sheet.append(list(HEADER))
    for row in rows:
        sheet.append(list(row))
    for number in range(5, 5 + len(rows)):
        cell = sheet.cell(number, len(HEADER))
        if isinstance(cell.value, float):
            cell.number_format = "0%"
    sheet.append(["Notes: prices are per spell"])
    book.save(folder / "national-prices.xlsx")
