"""Measures landing against what DuckDB takes to load the same file as text, on this machine.

    make bench-land            3,000,000 records of nwcs and 500,000 of cds62
    make bench-land SIZE=0.1   a tenth of that

The floor (floor.py) and the landing are timed in turn and the best of each counts, so that what
else the machine does weighs on neither alone. Ends with 1 where a ratio is above its limit.
"""

import argparse
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.floor import Taken, load_as_text
from data.sample.generate import COMMISSIONER, Machine, generate_benchmark
from transforms import land, warehouse
from transforms.site import Site, load_site

MEMORY_LIMIT = "4GB"
_MEBIBYTE = 1 << 20


@dataclass(frozen=True)
class Case:
    """A format, how many records at size 1, and how many times the floor landing may take."""

    feed_format: str
    records: int
    limit: float


CASES = (Case("nwcs", 3_000_000, 2.5), Case("cds62", 500_000, 6.0))


def main() -> int:
    parser = argparse.ArgumentParser(description="Measures landing against loading as text.")
    parser.add_argument("--size", type=float, default=1.0, help="of the full size, such as 0.1")
    parser.add_argument("--repeats", type=int, default=2, help="times each is measured")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    arguments = parser.parse_args()
    within = True
    for case in CASES:
        with tempfile.TemporaryDirectory(prefix="bench-land-") as folder:
            ratio = measure(
                case, Path(folder), arguments.size, arguments.repeats, arguments.threads
            )
        within = within and ratio <= case.limit
    return 0 if within else 1


def measure(case: Case, folder: Path, size: float, repeats: int, threads: int) -> float:
    """Time a format's floor and its landing, print both, return the ratio."""
    records = max(round(case.records * size), 1000)
    feed = generate_benchmark(
        folder / "site",
        records,
        feed_format=case.feed_format,
        machine=Machine(MEMORY_LIMIT, threads, folder),
    )
    settings = folder / "site" / "site.toml"
    settings.write_text(
        settings.read_text(encoding="utf-8")
        + f'\n[warehouse]\nmemory_limit = "{MEMORY_LIMIT}"\nthreads = {threads}\n'
        + "\n[landing]\nbulk_period_limit_days = 400\n",
        encoding="utf-8",
    )
    site = load_site(folder / "site")
    megabytes = feed.stat().st_size / _MEBIBYTE
    floors, landings = [], []
    for _ in range(repeats):
        floors.append(
            load_as_text(case.feed_format, [feed], folder / "floor.duckdb", threads, MEMORY_LIMIT)
        )
        landings.append(land_anew(site, feed, records))
    floor, landing = min(floors), min(landings)
    ratio = landing.seconds / floor.seconds
    print(
        f"{case.feed_format}: {records:,} records, {megabytes:,.0f} MiB, {threads} threads: "
        f"loaded as text in {floor.seconds:.2f} s, landed in {landing.seconds:.2f} s: "
        f"ratio {ratio:.2f} (limit {case.limit:g}); in processor time "
        f"{landing.processor / floor.processor:.2f}",
        flush=True,
    )
    return ratio


def land_anew(site: Site, feed: Path, records: int) -> Taken:
    """What it takes to land a file in a new warehouse."""
    shutil.rmtree(site.warehouse(COMMISSIONER).parent, ignore_errors=True)
    with warehouse.open_warehouse(site, COMMISSIONER, "measuring") as connection:
        begun = Taken.so_far()
        landed = land.land_file(connection, feed, site.config.landing)
        taken = begun.since()
    if (landed.outcome, landed.records) != ("landed", records):
        raise SystemExit(f"The benchmark's file did not land: {landed.message}")
    return taken


if __name__ == "__main__":
    raise SystemExit(main())
