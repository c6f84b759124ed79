"""The 2006/07 tariff, withdrawn and issued again: what was charged by the first is repriced."""

import shutil
from pathlib import Path

import pytest

from tests.pipeline_run import close, done, export, land
from tests.site_builder import SiteBuilder

TARIFFS = Path(__file__).resolve().parents[2] / "data/sample/site/reference/tariffs"

# The elective price of B13, a cataract, in each of the sample's invented editions.
WITHDRAWN, REISSUED = "864.00", "846.00"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """April 2006 closed by the first edition, May after the second has arrived."""
    builder = SiteBuilder(tmp_path_factory.mktemp("site"))
    builder.setting("gates", enforce=False)
    builder.edition().tariff("H02")
    builder.episode(hrg_code="B13", admission_date="2006-04-10", nights=2)
    builder.episode(hrg_code="S98", admission_date="2006-04-10", nights=2)  # a local price
    directory = builder.write()
    tariffs = builder.reference / "tariffs"
    shutil.copytree(TARIFFS / "2006-07-1", tariffs / "2006-07-1")
    land(directory)
    close(directory, "2006-04")
    shutil.copytree(TARIFFS / "2006-07-2", tariffs / "2006-07-2")
    close(directory, "2006-05")
    return directory


def test_april_is_charged_by_the_edition_that_was_in_force(site: Path) -> None:
    """Paid centrally, market forces are no part of the price."""
    charge, local = export(site, "charges", "2006-04")
    assert (charge["tariff_edition"], charge["total_price"]) == ("2006-07-1", WITHDRAWN)
    assert (local["price_status"], local["total_price"]) == ("local", "268.00")


def test_may_posts_the_difference_as_repriced(site: Path) -> None:
    """The credit of what was posted and the new charge; equal prices post nothing."""
    posted = [
        (row["spell_id"], row["kind"], row["reason"], row["activity_month"], row["amount"])
        for row in export(site, "postings", "2006-05")
    ]
    assert posted == [
        ("RXA-S0000001", "credit", "repriced", "2006-04", f"-{WITHDRAWN}"),
        ("RXA-S0000001", "charge", "repriced", "2006-04", REISSUED),
    ]


def test_it_is_explained(site: Path) -> None:
    """The price by the later edition, and the postings of both."""
    told = done(site, "explain", "RXA-S0000001").output
    assert "tariff edition 2006-07-2 (edition 2 of the year, HRG3.5)" in told
    assert "repriced" in told
    assert WITHDRAWN in told and REISSUED in told


def test_it_verifies(site: Path) -> None:
    """Every control total ties."""
    done(site, "verify", "2006-05")
