"""A site of two commissioners: each has its warehouse, and they close at the same time."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.pipeline_run import close, done, export, land, pbc
from tests.site_builder import Row, SiteBuilder

COMMISSIONERS = {"5XA": "Exemplar Primary Care Trust", "5XB": "Neighbour Primary Care Trust"}
PERIODS = ("2004-04", "2004-05")
SHARED = "Y90005"  # with 5XA to the end of April, with 5XB from May on


def build(directory: Path) -> Path:
    """Makes a site whose two commissioners were each sent the same records, and lands them."""
    site = SiteBuilder(directory, commissioners=COMMISSIONERS, practice=False)
    site.setting("gates", enforce=False)
    site.tariff(hrg_code="H02", elective_price="1000")
    site.practice("Y90001")
    site.practice("Y90002", member=False)
    site.membership("Y90002", "5XB")
    site.practice(SHARED, member=False)
    site.membership(SHARED, "5XA", "1990-04-01", "2004-04-30")
    site.membership(SHARED, "5XB", "2004-05-01")
    for day in ("2004-04-10", "2004-05-10"):
        for practice in ("Y90001", "Y90002", SHARED):
            site.episode(gp_practice_code=practice, admission_date=day)
    records, site.pending = site.pending, []
    for commissioner in COMMISSIONERS:
        site.interchange(records, commissioner=commissioner, prime_recipient=commissioner)
    written = site.write()
    for commissioner in COMMISSIONERS:
        land(written, commissioner=commissioner)
    return written


def started(site: Path, commissioner: str, period: str) -> "subprocess.Popen[str]":
    """Starts a close in a process of its own."""
    program = (sys.executable, "-c", "from transforms.cli import app; app()")
    return subprocess.Popen(
        [*program, "close", period, "--commissioner", commissioner],
        cwd=Path(__file__).resolve().parents[2],
        env={**os.environ, "PBC_SITE": str(site)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


Exports = dict[tuple[str, str, str], list[Row]]


def exports_of(site: Path) -> Exports:
    """Returns charges and postings of every commissioner and period."""
    return {
        (commissioner, period, table): export(site, table, period, commissioner=commissioner)
        for commissioner in COMMISSIONERS
        for period in PERIODS
        for table in ("charges", "postings")
    }


@pytest.fixture(scope="module")
def together(tmp_path_factory: pytest.TempPathFactory) -> Exports:
    """Both commissioners closed at the same time, in separate processes."""
    site = build(tmp_path_factory.mktemp("together"))
    for period in PERIODS:
        running = [started(site, commissioner, period) for commissioner in COMMISSIONERS]
        for process in running:
            output, _ = process.communicate(timeout=300)
            assert process.returncode == 0, output
            assert "Waiting" not in output  # nobody waits for another's warehouse
    return exports_of(site)


def test_closing_together_is_closing_one_after_the_other(together: Exports, tmp_path: Path) -> None:
    """The same rows, to the last column."""
    site = build(tmp_path / "apart")
    for commissioner in reversed(COMMISSIONERS):
        for period in PERIODS:
            close(site, period, commissioner=commissioner)
            done(site, "verify", period, "--commissioner", commissioner)
    assert exports_of(site) == together


def test_each_spell_is_one_commissioners(together: Exports) -> None:
    """Of the two, one answers for each spell, the same records having been sent to both."""
    answering = {
        commissioner: {
            row["spell_id"]: row["budget_holder"]
            for row in together[commissioner, "2004-05", "charges"]
            if row["responsible"] == "true"
        }
        for commissioner in COMMISSIONERS
    }
    assert answering == {
        "5XA": {
            "RXA-S0000001": "Y90001",
            "RXA-S0000003": SHARED,  # before it moved
            "RXA-S0000004": "Y90001",
        },
        "5XB": {"RXA-S0000002": "Y90002", "RXA-S0000005": "Y90002", "RXA-S0000006": SHARED},
    }


def test_a_commissioner_must_be_named(tmp_path: Path) -> None:
    """Where there are two, neither is taken for granted."""
    site = SiteBuilder(tmp_path, commissioners=COMMISSIONERS, practice=False).write()
    outcome = pbc(site, "close", "2004-04")
    assert outcome.exit_code == 2
    assert "5XA, 5XB" in outcome.output
