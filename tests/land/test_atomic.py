"""A landing is whole or not at all, and a second one of the same content changes nothing."""

import hashlib
import json
import multiprocessing
import os
import shutil
import signal
from pathlib import Path

import pytest

from tests.land.conftest import Query
from tests.pipeline_run import done, pbc
from tests.site_builder import NwcsFile, episode_row
from transforms import land, warehouse
from transforms.site import load_site


def _land_and_die(site: Path, point: str) -> None:
    """Runs in a process of its own."""

    def die(*_: object, **__: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    if point == "after the commit, before the archive":
        land.move = die
    elif point == "after the report, before the move":
        shutil.move = die
    else:
        original = warehouse.read

        def read(file: str) -> str:
            if file == "land/interchange.sql":
                die()
            return original(file)

        warehouse.read = read
    land.land_inbox(load_site(site), "5XA")


@pytest.mark.parametrize(
    ("point", "landed"),
    [("before the commit", 0), ("after the commit, before the archive", 1)],
)
def test_a_kill_leaves_the_file_where_the_next_landing_finds_it(
    point: str, landed: int, site: Path, ask: Query
) -> None:
    inbox = site / "inbox" / "5XA"
    NwcsFile("N1", [episode_row(1), episode_row(2, sex="?" * 5)]).write(inbox / "n1.csv")
    done(site, "status")
    process = multiprocessing.get_context("spawn").Process(target=_land_and_die, args=(site, point))
    process.start()
    process.join(timeout=120)
    assert process.exitcode == -signal.SIGKILL
    assert (inbox / "n1.csv").exists()
    assert ask("select count(*) as n from interchange")[0]["n"] == landed
    assert ask("select count(*) as n from record")[0]["n"] == 2 * landed

    outcome = done(site, "land")

    assert ("known. The same content landed before" in outcome.output) == bool(landed)
    assert ask("select count(*) as n from record")[0]["n"] == 2
    assert [path.name for path in (site / "archive" / "5XA").iterdir()] == ["n1.csv"]
    assert not list(inbox.iterdir())


def test_a_kill_leaves_no_file_held_that_nobody_sees(site: Path) -> None:
    """The report is there first, so that a file in held/ can always be released."""
    inbox, held = site / "inbox" / "5XA", site / "held" / "5XA"
    long = {"bulk_group": "010", "period_start": "2000-01-01", "period_end": "2004-04-30"}
    NwcsFile("B1", [episode_row(1)], protocol="020", **long).write(inbox / "b1.csv")
    process = multiprocessing.get_context("spawn").Process(
        target=_land_and_die, args=(site, "after the report, before the move")
    )
    process.start()
    process.join(timeout=120)
    assert process.exitcode == -signal.SIGKILL
    assert [path.name for path in held.iterdir()] == ["b1.csv.report.txt"]
    waits = json.loads(done(site, "status", "--json").output)["5XA"]
    assert (waits["waiting"], waits["held"]) == (["b1.csv"], [])

    assert pbc(site, "land").exit_code == 1
    assert sorted(path.name for path in held.iterdir()) == ["b1.csv", "b1.csv.report.txt"]
    assert "b1.csv: landed." in done(site, "release", "B1").output
    assert not list(held.iterdir())


def test_landing_again_is_a_no_op(site: Path, tmp_path: Path) -> None:
    file = NwcsFile("N1", [episode_row(1)]).write(tmp_path / "n1.csv")
    compressed = NwcsFile("N1", [episode_row(1)]).write(tmp_path / "n1.csv.gz", compress=True)
    done(site, "land", str(file))
    before = hashlib.sha256((site / "warehouse" / "5XA.duckdb").read_bytes()).hexdigest()
    for path in (file, compressed):
        outcome = done(site, "land", str(path))
        assert (
            f"{path.name}: known. The same content landed before, as number 1 (n1.csv): "
            "nothing to do." in outcome.output
        )
    after = hashlib.sha256((site / "warehouse" / "5XA.duckdb").read_bytes()).hexdigest()
    assert after == before
