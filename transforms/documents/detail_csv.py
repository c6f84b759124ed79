"""The detail file as CSV, for machines: the columns of sheet Charges, under the package's names.

RFC 4180 in UTF-8, with a header row; dates ``YYYY-MM-DD``, months ``YYYY-MM``, money with two
decimals, blank for none. Text that a spreadsheet might run as a formula begins with an apostrophe.
"""

import csv
from collections.abc import Sequence
from datetime import date
from io import StringIO

from transforms.documents.detail_columns import CHARGE_COLUMNS
from transforms.documents.detail_rows import Row, Value
from transforms.documents.plain_text import csv_text


def _field(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return csv_text(value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def detail_csv(rows: Sequence[Row]) -> bytes:
    """The file's bytes; `rows` are sheet `charges` in CHARGE_COLUMNS."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(column.name for column in CHARGE_COLUMNS)
    writer.writerows([_field(value) for value in row] for row in rows)
    return text.getvalue().encode()
