"""What Airflow costs: the sample's first month by `pbc run`, by `dag.test()` and by a scheduler.

    make bench-airflow

Three copies of the sample site, each with April's files in its inbox. What each task works is
measured without Airflow (product.py); the rest of what a run of the DAG takes is Airflow's own:
inside a task (starting it, its context, its log) and before it (the scheduler, the queue, a new
process). `dag.test()` runs all tasks in one process, with neither scheduler nor server, as
`make statements` does; the scheduler's run is what a machine that runs Airflow has every month.
"""

import argparse
import importlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks import apart
from benchmarks.make_site import COMMISSIONER
from benchmarks.month import Told
from benchmarks.results import machine_said, printer, table, write_results

sys.path.append(str(apart.ROOT / "scripts"))
from embedded_airflow import COMMAND, environment, free_port, migrate, started

PERIOD = "2004-04"
DAG = "monthly_statements"
PBC = Path(sys.executable).with_name("pbc")
SIZES = (13, 300, 8_500)  # practices of a PCT, of an Integrated Care Board, of England
_PATIENCE_SECONDS = 1800


@dataclass(frozen=True)
class Task:
    """One task instance: its seconds, and how long after the last one before it it began."""

    name: str
    seconds: float
    waited: float


def main() -> int:
    parser = argparse.ArgumentParser(description="Measures what Airflow adds to a month.")
    parser.add_argument("--no-scheduler", action="store_true", help="only pbc run and dag.test()")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-airflow-") as name:
        results = measure(Path(name), with_scheduler=not chosen.no_scheduler)
    show(results)
    print(f"Results: {write_results('airflow', results)}")
    return 0


def measure(folder: Path, *, with_scheduler: bool) -> Told:
    """The month by each way, one after the other."""
    console = Console(stderr=True, highlight=False)
    sample = folder / "sample"
    command([PBC, "init", sample, "--sample"])
    for feed in (sample / "inbox" / COMMISSIONER).iterdir():
        if feed.name[:7] > PERIOD and feed.name[:4].isdigit():
            feed.unlink()

    def copy(name: str) -> Path:
        console.print(name)
        return Path(shutil.copytree(sample, folder / name))

    site = copy("the work alone")
    work = apart.run("benchmarks.product", site, PERIOD, "--render", 1000)["stages"]
    site = copy("pbc run")
    begun = time.perf_counter()
    command([PBC, "run", PERIOD, "--site", site])
    results: Told = {
        "machine": machine_said(os.cpu_count() or 1, "as DuckDB has it"),
        "work": {stage["name"]: stage["seconds"] for stage in work},
        "pbc_run": time.perf_counter() - begun,
        "chunks": chunk_sizes(folder / "home"),
        "ways": {},
    }
    ways: dict[str, Callable[[Path, Path], None]] = {"dag.test()": by_dag_test}
    if with_scheduler:
        ways["scheduler"] = by_scheduler
    for name, way in ways.items():
        site, home = copy(name), folder / f"home of {name}"
        way(site, home)
        tasks = tasks_of(home / "airflow.db")
        results["ways"][name] = [vars(task) for task in tasks]
    return results


def command(arguments: Sequence[object], **environ: str) -> None:
    """Run a command; end with what it said where it fails."""
    done = subprocess.run(
        [str(each) for each in arguments],
        env={**os.environ, **environ},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit("\n".join([*done.stdout.splitlines()[-20:], f"{arguments[:3]} failed."]))


def by_dag_test(site: Path, home: Path) -> None:
    """Run the DAG in one process."""
    given = json.dumps({"commissioner": COMMISSIONER, "period": PERIOD})
    environ = environment(site, home)
    if migrate(environ).wait():
        raise SystemExit(f"Airflow could not make its metadata: {home / 'migrate.log'}")
    command([COMMAND, "dags", "test", DAG, "--conf", given], **environ)


def by_scheduler(site: Path, home: Path) -> None:
    """Run the DAG by a scheduler, with a server and a DAG processor, on loopback."""
    environ = environment(site, home, port=free_port())
    given = json.dumps({"commissioner": COMMISSIONER, "period": PERIOD})
    database = home / "airflow.db"
    with started(environ):
        until("the DAG is known", lambda: bool(ask(database, "select 1 from dag", DAG)))
        command([COMMAND, "dags", "trigger", DAG, "--conf", given], **environ)
        until("the run has ended", lambda: state(database) in ("success", "failed"))
    if state(database) != "success":
        raise SystemExit(f"The run failed; its logs are in {home}.")


def until(what: str, holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not holds():
        if time.monotonic() > deadline:
            raise SystemExit(f"Waited {_PATIENCE_SECONDS} seconds in vain until {what}.")
        time.sleep(0.5)


def ask(database: Path, query: str, dag: str = DAG) -> list[Any]:
    """Rows of Airflow's metadata about the DAG."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=30) as connection:
        return connection.execute(f"{query} where dag_id = ?", [dag]).fetchall()


def state(database: Path) -> str:
    """The state of the DAG's one run."""
    found = ask(database, "select state from dag_run")
    return str(found[0][0]) if found else ""


def tasks_of(database: Path) -> list[Task]:
    """The task instances of the one run, less those passed over, in the order they began in."""
    found = sorted(
        (moment(start), moment(end), name)
        for name, state, start, end in ask(
            database, "select task_id, state, start_date, end_date from task_instance"
        )
        if state == "success"
    )
    [(began, ended)] = ask(database, "select start_date, end_date from dag_run")
    tasks = []
    before = moment(began)
    for start, end, name in found:
        ends = [other for _, other, _ in found if other <= start]
        waited = start - max([before, *ends])
        tasks.append(Task(name, end - start, max(waited, 0.0)))
    tasks.append(Task("the whole run", moment(ended) - before, 0.0))
    return tasks


def moment(text: str) -> float:
    """A time of the metadata, in seconds."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def work_of(task: str, work: dict[str, float]) -> float | None:
    """The seconds of a task's work without Airflow; None for one that only Airflow needs."""
    if task == "documents":
        return next((s for name, s in work.items() if name.startswith("documents of")), None)
    return work.get(task.replace("gate_", "gate "))


def show(results: Told) -> None:
    """A line a task, and how rendering is shared out."""
    work, ways = results["work"], results["ways"]
    found = table(
        f"The sample's {PERIOD}: pbc run took {results['pbc_run']:,.1f} s as a process",
        "task",
        "work s",
        *(heading for way in ways for heading in (f"{way} s", "own s", "waited s")),
    )
    names = list(dict.fromkeys(task["name"] for way in ways.values() for task in way))
    for name in names:
        is_whole = name == "the whole run"
        worked = sum(work.values()) if is_whole else work_of(name, work)
        cells = ["" if worked is None else f"{worked:,.1f}"]
        for way in ways.values():
            own = [task for task in way if task["name"] == name]
            taken = sum(task["seconds"] for task in own)
            waited = sum(task["waited"] for task in (way if is_whole else own))
            cells += [f"{taken:,.1f}", f"{taken - (worked or 0):,.1f}", f"{waited:,.1f}"]
        found.add_row(name, *cells, end_section=name == names[-2])
    console = printer()
    console.print(found)
    for name, way in ways.items():
        # Tasks that render run side by side under a scheduler, and slow each other down.
        alone = [task for task in way if task["name"] not in ("the whole run", "documents")]
        own = (t["seconds"] + t["waited"] - (work_of(t["name"], work) or 0) for t in alone)
        each = sum(own) / len(alone)
        console.print(f"{name}: {len(way) - 1} tasks, {each:.1f} s of Airflow's own for each.")
        show_chunks(results, name, each)


def show_chunks(results: Told, way: str, each: float) -> None:
    """How rendering is shared out over mapped tasks, and what of it is Airflow's."""
    rendered = {name: s for name, s in results["work"].items() if name.startswith("documents of")}
    name, taken = next(iter(rendered.items()))
    practice = taken / int(name.rpartition(" ")[2])
    found = table(
        f"Rendering by {way}, at {practice:.2f} s a practice and {each:.1f} s a task",
        *("practices", "mapped tasks", "practices a task", "a task's work s", "Airflow's share %"),
    )
    for size, parts in results["chunks"].items():
        share = 100 * len(parts) * each / (len(parts) * each + sum(parts) * practice)
        found.add_row(
            size,
            str(len(parts)),
            f"{min(parts)} to {max(parts)}",
            f"{max(parts) * practice:,.0f}",
            f"{share:.0f}",
        )
    printer().print(found)


def chunk_sizes(home: Path) -> dict[str, list[int]]:
    """How the DAG shares so many practices out: practices of each mapped task."""
    os.environ["AIRFLOW_HOME"] = str(home)  # Airflow makes it as it is imported
    sys.path.append(str(apart.ROOT / "dags"))
    dag = importlib.import_module(DAG)
    each, most = dag.PRACTICES_A_CHUNK, dag.MOST_CHUNKS
    practices = {size: [f"Y{n:05}" for n in range(size)] for size in SIZES}
    return {
        f"{size:,}": [len(part) for part in dag.share_out(codes, each=each, most=most)]
        for size, codes in practices.items()
    }


if __name__ == "__main__":
    raise SystemExit(main())
