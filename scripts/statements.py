"""Plays the sample's months as they arrived, and says where the statements are.

April to August 2004 are landed, closed and rendered by `pbc run`, September by the DAG
`monthly_statements` inside Airflow. Can be run again at any time, or after being stopped: what was
landed is not landed twice, and a month closed twice is closed once.
"""

import contextlib
import os
import shutil
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from embedded_airflow import HOME, ROOT, SITE, environment
from rich.console import Console
from rich.table import Table

from transforms.cli import app
from transforms.package import Statement, read_statement

COMMISSIONER = "5XA"
BY_COMMAND_LINE = ("2004-04", "2004-05", "2004-06", "2004-07", "2004-08")
BY_AIRFLOW = "2004-09"
ARRIVALS = ROOT / "var" / "arrivals"

console = Console(highlight=False, soft_wrap=True)


def main() -> None:
    make_site()
    inbox = SITE / "inbox" / COMMISSIONER
    set_aside(inbox)
    for period in BY_COMMAND_LINE:
        arrive(period, inbox)
        say(f"{period}: pbc run")
        pbc("run", period, "--site", str(SITE))
    arrive(BY_AIRFLOW, inbox)
    run_dag(BY_AIRFLOW)
    show(latest_revision(BY_AIRFLOW))


def say(text: str) -> None:
    console.print(f"[bold]{text}[/bold]")


def make_site() -> None:
    """Make the sample site, aside first: a kill leaves none or a whole one."""
    if SITE.exists():
        return
    say(f"Making the sample site {SITE.relative_to(ROOT)}")
    aside = SITE.with_name("site.new")
    shutil.rmtree(aside, ignore_errors=True)
    shutil.rmtree(ARRIVALS, ignore_errors=True)
    pbc("init", str(aside), "--sample")
    aside.rename(SITE)


def set_aside(inbox: Path) -> None:
    """Move the months' feed files, whose names begin with their month, out of the inbox."""
    ARRIVALS.mkdir(parents=True, exist_ok=True)
    for file in inbox.glob("[0-9][0-9][0-9][0-9]-[0-9][0-9]_*"):
        file.rename(ARRIVALS / file.name)


def arrive(period: str, inbox: Path) -> None:
    """Move a month's feed files into the inbox."""
    for file in sorted(ARRIVALS.glob(f"{period}_*")):
        file.rename(inbox / file.name)


def pbc(*arguments: str) -> None:
    """Run a `pbc` command in this process, which spares each its seconds of start-up."""
    try:
        app(list(arguments))
    except SystemExit as ended:
        if ended.code:
            raise SystemExit(f"pbc {' '.join(arguments)} ended with {ended.code}") from None


def run_dag(period: str) -> None:
    """Run the DAG once, in this process, with neither scheduler nor server."""
    log = HOME / f"monthly_statements_{period}.log"
    say(f"{period}: the DAG monthly_statements in Airflow (log: {log.relative_to(ROOT)})")
    HOME.mkdir(parents=True, exist_ok=True)
    os.environ.update(environment())
    with output_to(log):
        # Airflow reads its environment as it is imported.
        from airflow.dag_processing.dagbag import DagBag
        from airflow.utils import db

        db.initdb()
        dag = DagBag(dag_folder=str(ROOT / "dags")).dags["monthly_statements"]
        run = dag.test(logical_date=None, run_conf={"commissioner": COMMISSIONER, "period": period})
    if run.state != "success":
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
        told = [line for line in lines if "AirflowFailException:" in line] or lines[-20:]
        console.print("\n".join(told), markup=False)
        raise SystemExit(f"The DAG failed; its whole log is {log}")


@contextlib.contextmanager
def output_to(log: Path) -> Iterator[None]:
    """Send everything that this process and what it starts print to a file."""
    streams = (sys.stdout, sys.stderr)
    kept = [os.dup(stream.fileno()) for stream in streams]
    with log.open("wb") as file:
        for stream in streams:
            stream.flush()
            os.dup2(file.fileno(), stream.fileno())
        try:
            yield
        finally:
            for stream, descriptor in zip(streams, kept, strict=True):
                stream.flush()
                os.dup2(descriptor, stream.fileno())
                os.close(descriptor)


def latest_revision(period: str) -> Path:
    """The folder of a period's latest revision."""
    revisions = (SITE / "out" / COMMISSIONER / period).glob("r[0-9]*")
    return max(revisions, key=lambda folder: int(folder.name[1:]))


def show(folder: Path) -> None:
    """Print where things lie, with a line of figures for each practice."""
    statements = {
        path.parent.name: read_statement(path.parent)
        for path in sorted(folder.glob("*/statement.json"))
    }
    table = Table(title=f"Synthetic sample: {folder.relative_to(ROOT)}", title_justify="left")
    table.add_column("Practice")
    for heading in ("Budget to date", "Spent to date", "Difference", "Per cent", "Spells"):
        table.add_column(heading, justify="right")
    for code, statement in statements.items():
        table.add_row(code, *figures(statement))
    console.print()
    console.print(table)
    for what, pattern in (
        ("Statements", "*/*_statement.pdf"),
        ("Detail files", "*/*_detail.xlsx"),
        ("Summary", "*_summary.xlsx"),
        ("Control report", "*_control_report.html"),
    ):
        files = sorted(folder.glob(pattern))
        console.print(f"{what + ':':<16}{len(files):>3}  {folder.relative_to(ROOT)}/{pattern}")


def figures(statement: Statement) -> tuple[str, ...]:
    """The headline of a statement in cells, pounds without pence."""
    headline = statement.headline
    percent = headline.difference_percent
    return (
        pounds(headline.budget_to_date),
        pounds(headline.spent_to_date),
        pounds(headline.difference),
        "" if percent is None else f"{percent:+.1f}",
        f"{statement.total.ytd_spells:,}",
    )


def pounds(amount: Decimal) -> str:
    return f"£{amount:,.0f}" if amount >= 0 else f"-£{-amount:,.0f}"


if __name__ == "__main__":
    sys.exit(main())
