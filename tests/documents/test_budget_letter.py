"""The budget letter: one page, the figures of the export, tagged, the same bytes every time."""

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import lxml.html
import pikepdf
import pytest

from tests.documents.pdf_structure import structure
from tests.models.budgets import Rule
from tests.pipeline_run import close, done, export, land, pbc
from tests.site_builder import SiteBuilder
from tests.worked_examples.budgets import YEAR, base_year, fair_shares, toml_of
from transforms.budgets.letter_package import LETTER_FILE, BudgetLetter, read_letter
from transforms.documents import names
from transforms.documents.budget_letter import letter_html
from transforms.documents.formats import MINUS
from transforms.documents.pdf import pdf

ROOT = Path(__file__).resolve().parents[2]
YEARS = ["1999/00", "2000/01", "2001/02", "2002/03", "2003/04"]
LONG, NEW, BIG = "Y94001", "Y94002", "Y94003"
LONG_NAME = "The Old Priory and Saint Bartholomew in the Fields Group Medical Practice & Co <"
assert len(LONG_NAME) == 80

RATES = {"non_elective": Decimal("7.2"), "daycase": Decimal("5.25")}
RULES = {
    "shares": replace(
        fair_shares("8000000", "0.5", cap="2.5", uplift="6.5", contingency="2"),
        uplift_percent_by_pod=RATES,
        scale_to_limit=True,
    ),
    "scaled": base_year(uplift="10", contingency="2", limit="7000000", scale=True),
    "dearest": Rule(
        YEAR,
        "highest_of_years",
        YEARS,
        uplift_percent=Decimal("-1.5"),
        uplift_percent_by_pod=RATES,
        contingency_percent=Decimal(2),
        resource_limit=Decimal(6000000),
        scale_to_limit=True,
    ),
    "plain": base_year(),
}


@dataclass(frozen=True)
class Letters:
    """A site of each rule, its budgets set and its letters printed."""

    sites: dict[str, Path]

    def package(self, rule: str, practice: str) -> Path:
        """The folder of a letter."""
        return self.sites[rule] / "out" / "5XA" / "budgets" / "2004-05" / practice

    def letter(self, rule: str, practice: str) -> BudgetLetter:
        """A letter's package."""
        return read_letter(self.package(rule, practice))

    def file(self, rule: str, practice: str) -> Path:
        """A letter's PDF."""
        return names.budget_letter(self.package(rule, practice), f"5XA/2004-05/{practice}")

    def text(self, rule: str, practice: str) -> str:
        """What a letter says, in the order that it is read."""
        page = lxml.html.fromstring(letter_html(self.letter(rule, practice), "0" * 64))
        return " ".join(page.body.text_content().split())


def example_site(directory: Path, rule: Rule) -> SiteBuilder:
    """Returns a site of three practices: a long name, one without history, a large one."""
    site = SiteBuilder(directory, practice=False)
    site.setting("gates", enforce=False)
    site.setting("statements", contact="Practice finance, statements@exemplar.example")
    site.practice(LONG, name=LONG_NAME, weighted_list_size="6543.21")
    site.practice(NEW, name="New Surgery", weighted_list_size=2000, open_date="2004-04-01")
    site.practice(BIG, name="Big Practice", weighted_list_size=21000, list_size=23000)
    for practice, factor in ((LONG, 1), (BIG, 4)):
        for year in YEARS:
            for pod, amount in (
                ("elective", "400000.55"),
                ("daycase", "210000.10"),
                ("non_elective", "1000000.99"),
            ):
                site.history(practice, year, pod, factor * Decimal(amount))  # type: ignore[arg-type]
    site.add("participation", practice_code=BIG, status="budget_holder", from_date="2004-04-01")
    for pod, treatment in (("elective", "excluded"), ("daycase", "blocked_back")):
        site.add("scope", financial_year=YEAR, practice_code=LONG, pod=pod, treatment=treatment)
    site.budget_rule(YEAR, toml_of(rule))
    return site


@pytest.fixture(scope="module")
def letters(tmp_path_factory: pytest.TempPathFactory) -> Letters:
    sites = {}
    for name, rule in RULES.items():
        builder = example_site(tmp_path_factory.mktemp(name), rule)
        site = sites[name] = builder.write()
        done(site, "budgets", "set", YEAR)
        if name == "plain":
            # Changed by hand since.
            path = site / "reference" / "budgets.csv"
            path.write_text(path.read_text().replace(f"{BIG},daycase,8", f"{BIG},daycase,9"))
        done(site, "budgets", "letters", YEAR)
    return Letters(sites)


EVERY = [(rule, practice) for rule in RULES for practice in (LONG, BIG)]
every_letter = pytest.mark.parametrize(("rule", "practice"), EVERY)

pytestmark = pytest.mark.xdist_group("budget letters")


@every_letter
def test_one_page_of_a4_that_can_be_read_aloud(rule: str, practice: str, letters: Letters) -> None:
    with pikepdf.open(letters.file(rule, practice)) as document:
        (page,) = document.pages
        assert [round(float(n)) for n in page.mediabox] == [0, 0, 595, 842]
        assert document.Root.Lang == "en-GB"
        assert document.Root.MarkInfo.Marked
        with document.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert "budget for 2004/05" in metadata["dc:title"]
        tree = structure(document.Root.StructTreeRoot)
    worked = letters.letter(rule, practice).working is not None
    assert len(list(tree.all("Figure"))) == worked
    for figure in tree.all("Figure"):
        assert "how the budget was worked out, step by step" in figure.alternative
    tables = list(tree.all("Table"))
    assert len(tables) >= worked
    for table in tables:
        assert list(table.all("Caption"))
        head, body = next(table.all("THead")), next(table.all("TBody"))
        assert {header.scope for header in head.all("TH")} == {"Column"}
        for row in body.all("TR"):
            assert [header.scope for header in row.all("TH")] == ["Row"]
        known = {header.identifier for header in table.all("TH")}
        for cell in table.all("TD"):
            assert len(cell.headers) == 2
            assert set(cell.headers) <= known
    levels = [int(heading.kind[1]) for heading in tree.all("H1", "H2", "H3")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


@every_letter
def test_the_lines_add_up(rule: str, practice: str, letters: Letters) -> None:
    """Every column from the base to the budget, to the penny; so does the total."""
    letter = letters.letter(rule, practice)
    counted = [pod.treatment != "excluded" for pod in letter.pods]
    assert letter.annual_amount == sum(
        pod.annual_amount for pod, counts in zip(letter.pods, counted, strict=True) if counts
    )
    if letter.working is None:
        return
    *steps, annual = letter.working.steps
    for place, pod in enumerate(letter.pods):
        assert sum(step.amounts[place] for step in steps) == annual.amounts[place]
        assert annual.amounts[place] == pod.annual_amount
    for step in (*steps, annual):
        pairs = zip(step.amounts, counted, strict=True)
        assert step.total == sum(amount for amount, counts in pairs if counts)
    assert sum(step.total for step in steps) == annual.total == letter.annual_amount


def test_it_is_the_export(tmp_path: Path) -> None:
    """The parts of the letter are those of the export of a close."""
    site = example_site(tmp_path, RULES["shares"]).write()
    done(site, "budgets", "set", YEAR)
    done(site, "budgets", "letters", YEAR, "--practice", BIG)
    land(site)
    close(site, "2004-04")
    letter = read_letter(site / "out" / "5XA" / "budgets" / "2004-05" / BIG)
    assert letter.working is not None
    parts = {step.step: step.amounts for step in letter.working.steps}
    rows = {
        row["pod"]: row for row in export(site, "budgets", "2004-04") if row["practice_code"] == BIG
    }
    for place, pod in enumerate(letter.pods):
        row = {name: Decimal(text) for name, text in rows[pod.pod].items() if "." in text}
        assert row == {
            "base_amount": parts["base"][place],
            "uplift": parts["uplift"][place],
            "adjustment": parts["movement"][place] + parts["scaling"][place],
            "contingency": parts["contingency"][place],
            "annual_amount": parts["annual"][place],
        }
    assert not (site / "out" / "5XA" / "budgets" / "2004-05" / LONG).exists()
    position = {
        row["pod"]: row["annual_budget"]
        for row in export(site, "position", "2004-04")
        if row["practice_code"] == LONG
    }
    done(site, "budgets", "letters", YEAR)
    long = read_letter(site / "out" / "5XA" / "budgets" / "2004-05" / LONG)
    assert f"{long.annual_amount}" == position["total"]


def test_scope_is_that_of_the_first_close_once_there_is_one(tmp_path: Path) -> None:
    """scope.csv written again after the first close changes no position, so no letter either."""
    builder = example_site(tmp_path, RULES["plain"])
    site = builder.write()
    done(site, "budgets", "set", YEAR)

    def treatments() -> list[str]:
        done(site, "budgets", "letters", YEAR, "--practice", LONG)
        letter = read_letter(site / "out" / "5XA" / "budgets" / "2004-05" / LONG)
        return [pod.treatment for pod in letter.pods]

    scope = site / "reference" / "scope.csv"
    assert treatments() == ["excluded", "blocked_back", "held"]
    scope.write_text(scope.read_text().replace("excluded", "held"))
    land(site)
    assert treatments() == ["held", "blocked_back", "held"]
    close(site, "2004-04")
    scope.write_text(scope.read_text().replace("blocked_back", "excluded"))
    assert treatments() == ["held", "blocked_back", "held"]
    close(site, "2004-05")
    scope.unlink()
    assert treatments() == ["held", "blocked_back", "held"]


def test_scope_is_held_where_the_first_close_had_none(tmp_path: Path) -> None:
    site = example_site(tmp_path, RULES["plain"]).write()
    done(site, "budgets", "set", YEAR)
    scope = site / "reference" / "scope.csv"
    later = scope.read_text()
    scope.unlink()
    land(site)
    close(site, "2004-04")
    scope.write_text(later)
    done(site, "budgets", "letters", YEAR, "--practice", LONG)
    letter = read_letter(site / "out" / "5XA" / "budgets" / "2004-05" / LONG)
    assert [pod.treatment for pod in letter.pods] == ["held", "held", "held"]


def test_what_it_says_of_fair_shares(letters: Letters) -> None:
    text = letters.text("shares", LONG)
    assert LONG_NAME in text
    assert "for information" in text
    assert "savings are not yours" in text
    assert "6,543.21 of 29,543.21 weighted patients (22.15 per cent)" in text
    assert "Held to 2.5 per cent of what you have" in text
    assert "Elective inpatient is shown on your statements, but is not in your total." in text
    assert "Day case is commissioned for you by Exemplar Primary Care Trust" in text
    share = letters.letter("shares", BIG).working
    assert share is not None
    assert share.fair_share is not None
    cap = share.fair_share.has * Decimal("0.025")
    assert share.fair_share.movement == -cap.quantize(Decimal("0.01"))
    assert abs(share.fair_share.uncapped_movement) > cap


def test_what_it_says_of_the_dearest_year(letters: Letters) -> None:
    text = letters.text("dearest", BIG)
    assert "You signed up to hold this budget." in text
    assert "what you spent in 2003/04, the dearest for you of 1999/00, 2000/01" in text
    assert "2003/04, your base" in text
    assert (
        f"Uplift, {MINUS}1.5 per cent (day case 5.25 per cent; non-elective 7.2 per cent)" in text
    )
    assert "so that all budgets together fit the resource" in text


def test_a_budget_changed_by_hand_shows_no_working(letters: Letters) -> None:
    assert letters.letter("plain", BIG).working is None
    assert letters.letter("plain", LONG).working is not None
    text = letters.text("plain", BIG)
    assert "set this budget by hand, not by the rule for the year" in text
    assert "How it was worked out" not in text


def test_a_budget_of_nothing_but_its_base(letters: Letters) -> None:
    """No uplift, no contingency: no line says 0."""
    text = letters.text("plain", LONG)
    assert "It starts from what you spent in 2003/04." in text
    assert "Uplift" not in text
    assert "ontingency" not in text


@pytest.mark.parametrize("rule", ["shares", "dearest", "scaled"])
def test_who_has_no_budget_gets_no_letter(rule: str, letters: Letters) -> None:
    assert not letters.package(rule, NEW).exists()
    refused = pbc(letters.sites[rule], "budgets", "letters", YEAR, "--practice", NEW)
    assert refused.exit_code == 2
    assert f"{NEW} has no budget for 2004/05 in reference/budgets.csv" in refused.output


def test_a_letter_of_a_budget_taken_away_is_taken_away(tmp_path: Path) -> None:
    site = example_site(tmp_path, RULES["plain"]).write()
    done(site, "budgets", "set", YEAR)
    told = json.loads(done(site, "budgets", "letters", YEAR, "--json").output)
    assert [Path(file).parent.name for file in told["files"]] == [LONG, BIG]
    path = site / "reference" / "budgets.csv"
    path.write_text(
        "\n".join(line for line in path.read_text().splitlines() if BIG not in line) + "\n"
    )
    done(site, "budgets", "letters", YEAR)
    assert [folder.name for folder in Path(told["folder"]).iterdir()] == [LONG]


RENDER_ELSEWHERE = """
import hashlib, sys
from pathlib import Path
from transforms.documents.budget_letter import letter_html
from transforms.documents.formats import MINUS
from transforms.documents.pdf import pdf
from transforms.budgets.letter_package import LETTER_FILE, read_letter
for folder in map(Path, sys.argv[1:]):
    digest = hashlib.sha256((folder / LETTER_FILE).read_bytes()).hexdigest()
    print(hashlib.sha256(pdf(letter_html(read_letter(folder), digest))).hexdigest())
"""


def test_the_same_bytes_in_another_process_place_and_time_zone(
    letters: Letters, tmp_path: Path
) -> None:
    chosen = [("dearest", BIG), ("shares", LONG)]
    told = subprocess.run(
        [sys.executable, "-c", RENDER_ELSEWHERE, *(letters.package(*each) for each in chosen)],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "3", "TZ": "Asia/Tokyo"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert told == [hashlib.sha256(letters.file(*each).read_bytes()).hexdigest() for each in chosen]


def test_printing_again_writes_the_same_bytes(letters: Letters) -> None:
    files = [letters.file("scaled", BIG), letters.package("scaled", BIG) / LETTER_FILE]
    before = [file.read_bytes() for file in files]
    done(letters.sites["scaled"], "budgets", "letters", YEAR, "--practice", BIG)
    assert [file.read_bytes() for file in files] == before


def test_a_name_is_never_markup(letters: Letters) -> None:
    """A hostile name is shown as it stands."""
    letter = letters.letter("plain", LONG).model_copy(
        update={"practice_name": "<img src='file:///etc/passwd'><script>"}
    )
    page = letter_html(letter, "0" * 64)
    assert "<img" not in page
    assert "&lt;img" in page
    pdf(page)
