"""A year that grows month by month: what closing its last month takes, beside loading it all once.

    make bench-year SIZE=1000000

Twelve files, each a bulk replacement of one month, land and are closed in turn, every close over
all that has landed. The floor is DuckDB loading all twelve as text, once, before and after; the
better of the two counts. The aim: closing March takes at most 4 times that.
"""

import argparse
import os
import shutil
import tempfile
from pathlib import Path

from rich.console import Console

from benchmarks import apart
from benchmarks.make_site import COMMISSIONER, PERIOD
from benchmarks.month import COMPARED, MEMORY_LIMIT, Told, closing_seconds, seconds
from benchmarks.results import machine_said, mebibytes, printer, table, write_results
from transforms.periods import Period

AIM = 4.0
MONTHS = 12


def main() -> int:
    parser = argparse.ArgumentParser(description="Measures a year that grows month by month.")
    parser.add_argument("--size", type=int, default=1_000_000, help="episodes of the whole year")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--memory-limit", default=MEMORY_LIMIT)
    parser.add_argument("--folder", type=Path, help="where the data is made; else a temporary one")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-", dir=chosen.folder) as folder:
        results = measure(chosen, Path(folder))
    show(results)
    print(f"Results: {write_results(f'year-{chosen.size}', results)}")
    return 0


def measure(chosen: argparse.Namespace, folder: Path) -> Told:
    """Make the year, and land and close it month by month."""
    console = Console(stderr=True, highlight=False)
    machine = ("--threads", chosen.threads, "--memory-limit", chosen.memory_limit)
    console.print(f"Making {chosen.size:,} episodes in {MONTHS} files in {folder}")
    site = folder / "site"
    made = apart.run(
        "benchmarks.make_site", site, "--episodes", chosen.size, "--files", MONTHS, *machine
    )
    inbox = site / "inbox" / COMMISSIONER
    arrivals = folder / "arrivals"
    inbox.rename(arrivals)
    inbox.mkdir()
    feeds = [arrivals / Path(feed).name for feed in made["feeds"]]

    def floor(files: list[Path]) -> float:
        console.print("The floor")
        database = ("--database", folder / "floor.duckdb")
        told = apart.run("benchmarks.floor", *files, *database, *machine)
        return float(told["stages"][0]["seconds"])

    floors = [floor(feeds)]
    months = []
    for number, feed in enumerate(feeds):
        period = Period.parse(PERIOD).plus(number + 1 - MONTHS)
        shutil.move(feed, inbox / feed.name)
        console.print(f"{period}")
        told = apart.run("benchmarks.product", site, period)
        told.pop("charges"), told.pop("position")
        months.append({"period": str(period), **told})
    floors.append(floor(sorted((site / "archive" / COMMISSIONER).glob("*.csv"))))
    return {
        "episodes": chosen.size,
        "machine": machine_said(chosen.threads, chosen.memory_limit),
        "floors": floors,
        "months": months,
    }


def show(results: Told) -> None:
    """A line a month, and the last one beside the floor."""
    floor = min(results["floors"])
    found = table(
        f"{results['episodes']:,} episodes in {MONTHS} months; loaded as text in {floor:,.1f} s",
        *("month", "land s", "close s", "x floor", "with gates, packages s", "x floor"),
        *("peak MiB", "warehouse MiB"),
    )
    for month in results["months"]:
        closing = seconds(month, COMPARED[1:])
        landing = seconds(month, ("land",))
        whole = closing_seconds(month) - landing
        found.add_row(
            month["period"],
            f"{landing:,.1f}",
            f"{closing:,.1f}",
            f"{closing / floor:.2f}",
            f"{whole:,.1f}",
            f"{whole / floor:.2f}",
            mebibytes(max(stage["peak_memory"] for stage in month["stages"])),
            mebibytes(month["warehouse"]),
        )
    console = printer()
    console.print(found)
    ratio = seconds(results["months"][-1], COMPARED[1:]) / floor
    console.print(f"Closing the last month takes {ratio:.2f} times the floor (aim: {AIM:g}).")


if __name__ == "__main__":
    raise SystemExit(main())
