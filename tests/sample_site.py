"""The sample site as tests use it: its months played as they arrived, once a test run.

Playing six months takes a while, so whoever comes first plays them into a folder that all test
processes share, and each test works on a copy of its own.
"""

import fcntl
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.pipeline_run import done

PERIODS = ("2004-04", "2004-05", "2004-06", "2004-07", "2004-08", "2004-09")
SEPTEMBER = PERIODS[-1]
COMMISSIONER = "5XA"


def make(site: Path) -> None:
    """The sample site with its feeds set aside, to arrive month by month."""
    done(site, "init", str(site), "--sample")
    (site / "inbox" / COMMISSIONER).rename(site / "arrivals")
    (site / "inbox" / COMMISSIONER).mkdir()


def arrive(site: Path, period: str) -> None:
    """Put a month's feeds into the inbox."""
    for file in sorted((site / "arrivals").glob(f"{period}*")):
        shutil.move(file, site / "inbox" / COMMISSIONER / file.name)


def play(site: Path, *periods: str) -> None:
    """Land and close months in turn."""
    for period in periods:
        arrive(site, period)
        done(site, "land")
        done(site, "close", period)


def closed_to_august(factory: pytest.TempPathFactory) -> Path:
    """April to August closed, made once a test run. Copy it before changing anything."""
    return _once(factory, "sample-to-august", lambda site: (make(site), play(site, *PERIODS[:-1])))


def closed_to_september(factory: pytest.TempPathFactory) -> Path:
    """April to September closed, made once a test run. Copy it before changing anything."""
    before = closed_to_august(factory)
    return _once(
        factory,
        "closed-sample",
        lambda site: (shutil.copytree(before, site), play(site, SEPTEMBER)),
    )


def _once(factory: pytest.TempPathFactory, name: str, fill: Callable[[Path], object]) -> Path:
    """A folder that all test processes of a run share, filled by whoever comes first."""
    base = factory.getbasetemp()
    # Under xdist each process has a folder of its own in the folder of the run.
    site = (base.parent if base.name.startswith("popen-") else base) / name
    with site.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not site.with_suffix(".done").exists():
            shutil.rmtree(site, ignore_errors=True)
            fill(site)
            site.with_suffix(".done").touch()
    return site
