"""The detail file as CSV: its columns and forms, and text that no spreadsheet will run."""

import csv
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.documents.conftest import Rendered
from tests.documents.example_package import Practice, charges_table, rows_of
from transforms.documents.detail_columns import CHARGE_COLUMNS
from transforms.documents.detail_csv import detail_csv
from transforms.documents.detail_rows import DetailRows

SMALL = Practice(spells_a_month=5, adjusted=5)


def records(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(content.decode(), newline="")))


def test_a_row_for_each_posting_under_the_packages_names(rendered: Rendered) -> None:
    content = rendered.file("ordinary", "csv").read_bytes()
    rows = records(content)
    assert list(rows[0]) == [one.name for one in CHARGE_COLUMNS]
    detail = rendered.statement("ordinary").detail
    assert len(rows) == detail.charges_rows
    assert sum(Decimal(row["total_price"]) for row in rows) == detail.charges_amount


def test_dates_months_and_money_in_their_forms(rendered: Rendered) -> None:
    row = records(rendered.file("ordinary", "csv").read_bytes())[0]
    assert len(row["admission_date"]) == len("2004-09-01")
    assert row["activity_month"] == "2004-09"
    assert row["base_price"].split(".")[1].isdigit()
    assert len(row["base_price"].split(".")[1]) == 2
    assert row["query"] == row["comment"] == ""


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_text_that_might_be_run_begins_with_an_apostrophe(start: str, tmp_path: Path) -> None:
    rows = rows_of(SMALL, "2004-09")
    texts = [one.name for one in CHARGE_COLUMNS if one.kind == "text"][:-2]
    for row in rows:
        for name in texts:
            row[name] = f"{start}1+1"
        row["sheet"] = "charges"
    pq.write_table(charges_table(rows), tmp_path / "charges.parquet")
    written = records(detail_csv(DetailRows(tmp_path).of("charges", CHARGE_COLUMNS)))
    for row in written:
        for name in texts:
            assert row[name] == f"'{start}1+1"


def test_a_negative_amount_stays_a_number(rendered: Rendered) -> None:
    credits = [
        row
        for row in records(rendered.file("ordinary", "csv").read_bytes())
        if row["kind"] == "credit"
    ]
    assert credits
    assert all(Decimal(row["total_price"]) < 0 for row in credits)
