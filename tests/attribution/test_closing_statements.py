"""The one closing statement of a practice that merges away, whenever that is known."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.pipeline_run import close, done, issue, land
from tests.site_builder import SiteBuilder

OLD, HEIR = "Y90002", "Y90001"


@pytest.fixture
def builder(tmp_path: Path) -> SiteBuilder:
    """Two practices with a budget for two years, and a tariff for both."""
    builder = SiteBuilder(tmp_path / "site")
    builder.setting("gates", enforce=False)
    builder.practice(OLD)
    for year in ("2004/05", "2005/06"):
        builder.edition(year.replace("/", "-"), financial_year=year).tariff(
            "H02", elective_price="1000"
        )
        for practice, amount in ((OLD, "6000"), (HEIR, "12000")):
            builder.budget(practice, "elective", amount, year)
    return builder


def closed(builder: SiteBuilder, period: str, *, revise: bool = False) -> set[str]:
    """Lands what waits and closes a period; returns the practices that it makes statements for."""
    site = builder.write()
    land(site)
    close(site, period, revise=revise)
    done(site, "verify", period)
    return {path.parent.name for path in statements(builder, period, 2 if revise else 1)}


def statements(builder: SiteBuilder, period: str, revision: int = 1) -> list[Path]:
    """Returns the statements of a revision."""
    return list(builder.directory.glob(f"out/5XA/{period}/r{revision}/*/statement.json"))


def last_of(builder: SiteBuilder, period: str) -> dict[str, Any]:
    """Returns the closing statement of the practice that merged away."""
    path = builder.directory / f"out/5XA/{period}/r1/{OLD}/statement.json"
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def test_a_merger_that_becomes_known_late_is_told_then(builder: SiteBuilder) -> None:
    """Dated in May and known in June: June moves the charges and says so to both, once."""
    builder.episode(gp_practice_code=OLD)
    assert closed(builder, "2004-04") == {OLD, HEIR}
    assert closed(builder, "2004-05") == {OLD, HEIR}
    builder.succession(OLD, HEIR, "2004-05-01")
    assert closed(builder, "2004-06") == {OLD, HEIR}
    last = last_of(builder, "2004-06")
    assert last["closing"] == {
        "successor_code": HEIR,
        "successor_name": f"Invented Surgery {HEIR}",
        "merged_on": "2004-05-01",
        "spells_moved": 1,
        "amount_moved": "1000.00",
        "annual_budget_moved": "6000.00",
    }
    (moved,) = last["changes"]["adjustments"]
    assert (moved["reason"], moved["direction"], moved["amount"]) == ("moved", "out", "-1000.00")
    assert closed(builder, "2004-07") == {HEIR}


def test_a_merger_on_the_first_day_of_a_year(builder: SiteBuilder) -> None:
    """Nothing of the new year is the practice's: it has no position, and is told all the same."""
    builder.succession(OLD, HEIR, "2005-04-01")
    builder.episode(gp_practice_code=OLD, admission_date="2005-03-10")
    builder.episode(gp_practice_code=OLD, admission_date="2005-04-10")
    assert closed(builder, "2005-03") == {OLD, HEIR}
    assert closed(builder, "2005-04") == {OLD, HEIR}
    last = last_of(builder, "2005-04")
    assert last["closing"]["successor_code"] == HEIR
    assert last["closing"]["annual_budget_moved"] == "6000.00"
    assert {row["annual_budget"] for row in last["pods"]} == {"0.00"}
    assert last["headline"]["spent_to_date"] == "0.00"
    done(builder.directory, "render", "2005-04")
    assert closed(builder, "2005-05") == {HEIR}


def test_a_practice_without_activity_that_merges(builder: SiteBuilder) -> None:
    """Its budget goes with it, and it is told so."""
    builder.succession(OLD, HEIR, "2004-05-10")
    builder.episode(gp_practice_code=HEIR)
    assert closed(builder, "2004-04") == {OLD, HEIR}
    assert closed(builder, "2004-05") == {OLD, HEIR}
    assert last_of(builder, "2004-05")["closing"]["annual_budget_moved"] == "6000.00"
    assert closed(builder, "2004-06") == {HEIR}


def test_a_revision_does_not_repeat_it(builder: SiteBuilder) -> None:
    """Only the practices that a revision touches are written to again."""
    builder.succession(OLD, HEIR, "2004-05-01")
    builder.episode(gp_practice_code=OLD)
    closed(builder, "2004-04")
    assert closed(builder, "2004-05") == {OLD, HEIR}
    issue(builder.directory, "2004-05")
    builder.episode(gp_practice_code=OLD, admission_date="2004-05-10")
    assert closed(builder, "2004-05", revise=True) == {HEIR}


def test_a_practice_that_never_had_a_statement_gets_none(builder: SiteBuilder) -> None:
    """It merged before the ledger's first close; only its successor is written to."""
    builder.succession(OLD, HEIR, "2004-04-20")
    builder.episode(gp_practice_code=OLD, admission_date="2004-05-10")
    assert closed(builder, "2004-05") == {HEIR}
