"""Runs the pipeline on a site, the way its users do: by the command line, in this process.

    outcome = pbc(site, "close", "2004-04")
    rows = export(site, "charges", "2004-04")

Every test that compares the pipeline with a model or with a worked example goes through here, so
that it proves what a user gets and not what some function inside returns.
"""

import csv
import io
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from typer.testing import CliRunner

from tests.site_builder import COMMISSIONER

Row = dict[str, str]


@dataclass(frozen=True)
class Outcome:
    """What a command left behind: its exit code, all it printed, and what a pipe would get."""

    exit_code: int
    output: str
    stdout: str


def pbc(site: Path, *arguments: str) -> Outcome:
    """Runs one `pbc` command on a site and returns its outcome, whatever that is.

    An exception that a command lets out is raised again here: no command may let one out.
    """
    from transforms.cli import app

    result = CliRunner().invoke(app, list(arguments), env={"PBC_SITE": str(site)})
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Outcome(result.exit_code, result.output, result.stdout)


def done(site: Path, *arguments: str) -> Outcome:
    """Runs one `pbc` command that must succeed; shows what it printed if it does not."""
    outcome = pbc(site, *arguments)
    assert outcome.exit_code == 0, f"pbc {' '.join(arguments)}: {outcome}"
    return outcome


def land(site: Path, *files: Path, commissioner: str | None = None) -> Outcome:
    """Lands these files in this order, or the whole inbox; every one must land."""
    return done(site, "land", *whose(commissioner), *map(str, files))


def close(
    site: Path, period: str, *, revise: bool = False, commissioner: str | None = None
) -> Outcome:
    """Closes a period, which must succeed."""
    extra = ["--revise"] if revise else []
    return done(site, "close", period, *extra, *whose(commissioner))


def export(site: Path, table: str, period: str, *, commissioner: str | None = None) -> list[Row]:
    """Exports a table of a closed period as CSV and returns its rows, blank for none."""
    # Not into the site: other processes may be copying it.
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / f"{table}.csv"
        done(
            site,
            *("export", table, "--period", period, "--format", "csv"),
            *("--out", str(out)),
            *whose(commissioner),
        )
        return list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8"))))


def issue(site: Path, period: str, revision: int = 1, *, commissioner: str = COMMISSIONER) -> None:
    """Marks a statement of a close as issued, rendered or not: its postings stand for ever."""
    from transforms.delivery import books
    from transforms.periods import Period
    from transforms.site import load_site

    number = f"{commissioner}/{period}/Y90001/r{revision}"
    with books.open_books(load_site(site), commissioner) as connection:
        books.mark_issued(connection, number, Period.parse(period), revision, "by a test")


def whose(commissioner: str | None) -> Sequence[str]:
    """Returns the option that names a commissioner, where a site has several."""
    return ["--commissioner", commissioner] if commissioner else []
