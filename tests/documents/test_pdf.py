"""The PDF: tagged so that it can be read aloud, with its own font, the same bytes every time."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pikepdf
import pytest
from weasyprint.urls import FatalURLFetchingError

from tests.documents.conftest import Rendered
from tests.documents.example_package import EXTREMES, ORDINARY, rows_of, statement_of
from tests.documents.pdf_structure import Element, structure
from transforms import package as p
from transforms.documents.pdf import EMPTY_BOX, pdf
from transforms.documents.statement_page import statement_html

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module", params=EXTREMES)
def opened(request: pytest.FixtureRequest, rendered: Rendered) -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(rendered.file(request.param, "pdf")) as document:
        yield document


@pytest.fixture(scope="module")
def tree(opened: pikepdf.Pdf) -> Element:
    return structure(opened.Root.StructTreeRoot)


def test_it_says_what_it_is(opened: pikepdf.Pdf) -> None:
    assert opened.Root.Lang == "en-GB"
    assert opened.Root.MarkInfo.Marked
    assert opened.Root.ViewerPreferences.DisplayDocTitle
    with opened.open_metadata() as metadata:
        assert metadata["pdfuaid:part"] == "1"
        assert "budget statement for September 2004" in metadata["dc:title"]


def test_two_to_four_pages_of_a4(opened: pikepdf.Pdf) -> None:
    assert 2 <= len(opened.pages) <= 4
    for page in opened.pages:
        assert [round(float(n)) for n in page.mediabox] == [0, 0, 595, 842]


def test_every_table_has_headers_for_columns_and_rows(tree: Element) -> None:
    tables = list(tree.all("Table"))
    assert tables
    for table in tables:
        assert list(table.all("Caption"))
        head, body = next(table.all("THead")), next(table.all("TBody"))
        assert {header.scope for header in head.all("TH")} == {"Column"}
        for row in body.all("TR"):
            assert [header.scope for header in row.all("TH")] == ["Row"]
        known = {header.identifier for header in table.all("TH")}
        for cell in table.all("TD"):
            assert len(cell.headers) == 2  # its row's and its column's
            assert set(cell.headers) <= known


def test_every_figure_has_an_alternative(tree: Element) -> None:
    for figure in tree.all("Figure"):
        assert len(figure.alternative) > 40


def test_headings_descend_one_step_at_a_time(tree: Element) -> None:
    levels = [int(heading.kind[1]) for heading in tree.all("H1", "H2", "H3", "H4", "H5", "H6")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_lists_hold_items_only(tree: Element) -> None:
    for each in tree.all("L"):
        assert {child.kind for child in each.children} == {"LI"}


def test_only_the_packaged_font_is_used(opened: pikepdf.Pdf) -> None:
    fonts = [
        font
        for font in opened.objects
        if isinstance(font, pikepdf.Dictionary) and font.get("/Type") == "/FontDescriptor"
    ]
    assert fonts
    for font in fonts:
        assert "Source-Sans-3" in str(font.FontName)
        assert "/FontFile2" in font  # embedded


def test_the_ordinary_statement_has_its_three_figures(rendered: Rendered) -> None:
    with pikepdf.open(rendered.file("ordinary", "pdf")) as document:
        assert len(list(structure(document.Root.StructTreeRoot).all("Figure"))) == 3


def test_no_patient_of_the_detail_file_is_in_it(rendered: Rendered) -> None:
    rows = rows_of(ORDINARY, "2004-09")
    text = subprocess.run(
        ["pdftotext", rendered.file("ordinary", "pdf"), "-"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for row in rows:
        assert row["nhs_number"] not in text
        assert row["provider_spell_number"] not in text
        assert row["local_patient_identifier"] not in text


@pytest.mark.parametrize("period", ["2004-04", "2005-03"])
def test_the_first_and_the_last_month_of_the_year(period: str, tmp_path: Path) -> None:
    statement = statement_of(ORDINARY, period, rows_of(ORDINARY, period), "0" * 64)
    path = tmp_path / "statement.pdf"
    path.write_bytes(pdf(statement_html(statement, "0" * 64, "print")))
    with pikepdf.open(path) as document:
        assert len(document.pages) == 3


def pages_of(path: Path) -> list[str]:
    text = subprocess.run(["pdftotext", path, "-"], capture_output=True, text=True, check=True)
    return text.stdout.split("\f")[:-1]


def test_small_print_never_stands_on_a_page_alone(opened: pikepdf.Pdf) -> None:
    last = pages_of(Path(opened.filename))[-1]
    assert "How to query a charge" in last
    assert "What it rests on" in last


def test_page_1_is_the_answer_whatever_is_said_on_it(tmp_path: Path) -> None:
    """A long name, a revision, a merger and a long sentence on chance leave the table on page 1."""
    practice = replace(EXTREMES["successor"], name=EXTREMES["long_name"].name)
    statement = statement_of(practice, "2004-09", rows_of(practice, "2004-09"), "0" * 64)
    chance = statement.headline.chance
    assert chance is not None
    late = chance.model_copy(update={"late": Decimal(12345), "season": Decimal(1234)})
    crowded = statement.model_copy(
        update={
            "headline": statement.headline.model_copy(update={"chance": late}),
            "replaced": p.Replaced(
                number="5XA/2004-09/Y90011/r1",
                spent_to_date="390000.00",
                charges=12,
                credits=11,
                amount="1234.56",
            ),
        }
    )
    path = tmp_path / "statement.pdf"
    path.write_bytes(pdf(statement_html(crowded, "0" * 64, "print")))
    first, *rest = pages_of(path)
    assert "This statement replaces" in first
    assert "is part of your practice" in first
    assert "By point of delivery" in first
    assert len(rest) == 2


RENDER_ELSEWHERE = """
import hashlib, sys
from pathlib import Path
from transforms.documents.pdf import pdf
from transforms.documents.statement_page import statement_html
from transforms.package import package_hash, read_statement
for folder in map(Path, sys.argv[1:]):
    page = statement_html(read_statement(folder), package_hash(folder), "print")
    print(hashlib.sha256(pdf(page)).hexdigest())
"""


@pytest.mark.parametrize(
    ("extremes", "seed", "zone"),
    [
        (["over_300", "ordinary"], "1", "UTC"),  # in another order than they were rendered in
        (["ordinary"], "2", "Pacific/Auckland"),
    ],
)
def test_the_same_bytes_in_another_process_place_and_time_zone(
    rendered: Rendered, tmp_path: Path, extremes: list[str], seed: str, zone: str
) -> None:
    told = subprocess.run(
        [sys.executable, "-c", RENDER_ELSEWHERE, *map(rendered.package, extremes)],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed, "TZ": zone},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    files = [rendered.file(extreme, "pdf").read_bytes() for extreme in extremes]
    assert told == [hashlib.sha256(file).hexdigest() for file in files]


@pytest.mark.parametrize(
    "address", ["file:///etc/passwd", "https://example.org/a.png", "data:image/png;base64,AAAA"]
)
def test_nothing_is_fetched(address: str) -> None:
    with pytest.raises(FatalURLFetchingError):
        pdf(f'<html lang="en-GB"><title>t</title><img alt="a" src="{address}">')


def test_a_character_that_the_font_lacks_becomes_a_box(tmp_path: Path) -> None:
    path = tmp_path / "box.pdf"
    path.write_bytes(pdf('<html lang="en-GB"><title>t</title><p>Ŵ\N{CJK UNIFIED IDEOGRAPH-65E5}'))
    text = subprocess.run(
        ["pdftotext", path, "-"], capture_output=True, text=True, check=True
    ).stdout
    assert text.strip() == f"Ŵ{EMPTY_BOX}"


def test_the_environment_is_left_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "12345")
    monkeypatch.delenv("FONTCONFIG_FILE", raising=False)
    pdf('<html lang="en-GB"><title>t</title><p>text')
    assert os.environ["SOURCE_DATE_EPOCH"] == "12345"
    assert "FONTCONFIG_FILE" not in os.environ
