"""The commissioner's summary: every practice, every share, no patient."""

import zipfile
from pathlib import Path

import openpyxl
import pytest

from tests.documents.conftest import Rendered
from tests.documents.example_control import control_of, spoilt
from tests.documents.example_package import EXTREMES, PODS, rows_of
from transforms import package as p
from transforms.documents.commissioner_summary import commissioner_summary


@pytest.fixture(scope="module")
def control(rendered: Rendered) -> p.Control:
    return p.read_control(rendered.folder)


@pytest.fixture(scope="module")
def book(rendered: Rendered) -> openpyxl.Workbook:
    return openpyxl.load_workbook(rendered.summary, data_only=True)


def test_the_sheets(book: openpyxl.Workbook) -> None:
    assert book.sheetnames == [
        "Summary",
        "Position",
        "Statements",
        "Provider by month",
        "Provider months",
        "Adjustments",
        "Price status",
        "Not responsible",
        "Held by freeze",
        "Budgets",
    ]


def test_position_has_every_practice_by_point_of_delivery(
    book: openpyxl.Workbook, control: p.Control
) -> None:
    rows = list(book["Position"].iter_rows(min_row=2, values_only=True))
    assert len(rows) == (len(EXTREMES) + 1) * (len(PODS) + 1)  # and all together
    first = rows[0]
    total = control.positions[0].pods[0]
    assert first[0] == control.positions[0].practice_code
    assert str(first[10]) == str(total.ytd_actual).rstrip("0").rstrip(".")


def test_the_shares_are_named_and_tie(book: openpyxl.Workbook) -> None:
    rows = {row[0]: row for row in book["Summary"].iter_rows(values_only=True)}
    for name in (
        "Posted to practices",
        "Suspense: unregistered residents",
        "Not responsible: for challenge",
        "Held by freeze",
        "Before the ledger opens",
    ):
        assert name in rows
    assert rows["Sum of the shares"][2] == rows["All that was priced"][2]
    assert rows["All that was priced"][3] == "ties"


def test_a_total_that_is_off_is_shown(rendered: Rendered, tmp_path: Path) -> None:
    path = tmp_path / "summary.xlsx"
    path.write_bytes(commissioner_summary(spoilt(control_of(rendered.folder))))
    book = openpyxl.load_workbook(path, data_only=True)
    assert "DOES NOT TIE" in [row[3].value for row in book["Summary"].iter_rows()]


def test_providers_by_month_add_up(book: openpyxl.Workbook, control: p.Control) -> None:
    rows = list(book["Provider by month"].iter_rows(min_row=2, values_only=True))
    total = sum(round(row[-1] * 100) for row in rows)
    assert total == sum(row.amount for row in control.provider_months) * 100


def test_no_patient_is_in_it(rendered: Rendered) -> None:
    numbers = {row["nhs_number"] for row in rows_of(EXTREMES["ordinary"], "2004-09")}
    with zipfile.ZipFile(rendered.summary) as file:
        text = file.read("xl/sharedStrings.xml").decode()
    assert not [number for number in numbers if number in text]


def test_the_same_bytes_again(rendered: Rendered, control: p.Control) -> None:
    assert commissioner_summary(control) == rendered.summary.read_bytes()
