"""Many commissioners of one site: closed one after the other, and several at a time.

    make bench-commissioners N=20

Each has its own practices, feed and warehouse. The same work is done twice, on two copies of the
site: in one process with all of the machine's threads, and in as many processes as there are cores
with a share of the threads and of the memory for each. Both must come to the same charges. Whoever
waits for a lock says so; what was said is counted.
"""

import argparse
import contextlib
import csv
import io
import multiprocessing
import os
import shutil
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb
from rich.console import Console

from benchmarks.make_site import COMMISSIONER, PERIOD, make
from benchmarks.month import Told
from benchmarks.product import outcome
from benchmarks.results import machine_said, printer, table, write_results
from transforms import close, land
from transforms.periods import Period
from transforms.site import load_site

MEMORY_GIGABYTES = 4
_LINES_BEFORE_RECORDS = 2


@dataclass(frozen=True)
class Closed:
    """A commissioner's month: when it began and ended, how often it waited, what it came to."""

    commissioner: str
    began: float
    ended: float
    waits: int
    charges: int


def main() -> int:
    parser = argparse.ArgumentParser(description="Closes many commissioners, in turn and at once.")
    parser.add_argument("--commissioners", type=int, default=20)
    parser.add_argument("--episodes", type=int, default=10_000, help="of each, about")
    parser.add_argument("--processes", type=int, default=len(os.sched_getaffinity(0)))
    chosen = parser.parse_args()
    console = Console(stderr=True, highlight=False)
    ways: dict[str, list[Closed]] = {}
    with tempfile.TemporaryDirectory(prefix="bench-commissioners-") as name:
        folder = Path(name)
        console.print(f"Making {chosen.commissioners} commissioners")
        codes = make_commissioners(folder, chosen.commissioners, chosen.episodes)
        for way, processes in (("one after the other", 1), ("at once", chosen.processes)):
            console.print(f"{way}: {processes} processes")
            site = folder / f"site of {processes}"
            shutil.copytree(folder / "site", site)
            share_out(site, processes)
            ways[way] = close_all(site, codes, processes)
            shutil.rmtree(site)
    results = {
        "commissioners": len(codes),
        "episodes_of_each": chosen.episodes,
        "processes": chosen.processes,
        "machine": machine_said(os.cpu_count() or 1, f"{MEMORY_GIGABYTES}GB"),
        "ways": {way: [asdict(closed) for closed in done] for way, done in ways.items()},
    }
    show(results)
    print(f"Results: {write_results(f'commissioners-{len(codes)}', results)}")
    in_turn, at_once = ({c.commissioner: c.charges for c in done} for done in ways.values())
    return 0 if in_turn == at_once and not sum(c.waits for c in ways["at once"]) else 1


def make_commissioners(folder: Path, number: int, episodes: int) -> list[str]:
    """A site with so many commissioners, from one feed that is parted among them."""
    [feed] = make(folder / "site", number * episodes, 1, os.cpu_count() or 1, "2GB")
    codes = [f"X{place:02d}" for place in range(number)]
    site = folder / "site"
    places = share_practices(site / "reference" / "memberships.csv", codes)
    part_feed(feed, site, codes, places)
    settings = site / "site.toml"
    one = f'[[commissioners]]\ncode = "{COMMISSIONER}"\nname = "East Moor Primary Care Trust"\n'
    text = settings.read_text(encoding="utf-8")
    if one not in text:
        raise SystemExit("The generator's site.toml is not what this benchmark expects.")
    each = "\n".join(
        f'[[commissioners]]\ncode = "{code}"\nname = "Trust {code}"\n' for code in codes
    )
    text = text.replace(one, each).partition("\n[warehouse]")[0]
    settings.write_text(f"{text}\n[gates]\nenforce = false\n", encoding="utf-8")
    shutil.rmtree(feed.parent)
    return codes


def share_practices(memberships: Path, codes: list[str]) -> dict[str, int]:
    """Give the practices to the commissioners in turn; where each went."""
    with memberships.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    places = {
        practice: place % len(codes)
        for place, practice in enumerate(sorted({row["practice_code"] for row in rows}))
    }
    with memberships.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        for row in rows:
            if row["commissioner_code"] == COMMISSIONER:
                row["commissioner_code"] = codes[places[row["practice_code"]]]
            writer.writerow(row)
    return places


def part_feed(feed: Path, site: Path, codes: list[str], places: dict[str, int]) -> None:
    """Write each commissioner's records as an interchange of its own, into its inbox."""
    with feed.open(encoding="utf-8") as file:
        header, columns = (file.readline().rstrip("\n").split(",") for _ in range(2))
    typed = ", ".join(f"'{name}': 'varchar'" for name in ("kind", *columns[1:]))
    query = Path(__file__).with_name("commissioner_feed.sql").read_text(encoding="utf-8")
    with contextlib.closing(duckdb.connect()) as connection:
        connection.execute(
            f"create table feed as select row_number() over () as feed_place, * from "
            f"read_csv('{feed}', columns = {{{typed}}}, header = false, auto_detect = false, "
            f"null_padding = true, skip = {_LINES_BEFORE_RECORDS}) where kind = 'REC'"
        )
        connection.execute("create table practice_commissioner (practice_code text, place integer)")
        connection.executemany("insert into practice_commissioner values (?, ?)", [*places.items()])
        connection.execute(f"set variable commissioners = {len(codes)}")
        for place, code in enumerate(codes):
            connection.execute(f"set variable place = {place}")
            connection.execute(f"set variable commissioner = '{code}'")
            inbox = site / "inbox" / code
            inbox.mkdir()
            records = inbox / "records"
            [(count,)] = connection.execute(
                f"copy ({query}) to '{records}' (format csv, header false)"
            ).fetchall()
            own = ["" if name is None else name for name in header]
            own[5] = code
            with (inbox / "benchmark.csv").open("w", encoding="utf-8") as out:
                out.write(f"{','.join(own)}\n{','.join(columns)}\n")
                with records.open(encoding="utf-8") as lines:
                    shutil.copyfileobj(lines, out)
                out.write(f"TRL,{own[3]},{count}\n")
            records.unlink()


def share_out(site: Path, processes: int) -> None:
    """Give each of so many processes its share of threads and memory."""
    threads = max((os.cpu_count() or 1) // processes, 1)
    memory = f"{MEMORY_GIGABYTES * 1000 // processes}MB"
    with (site / "site.toml").open("a", encoding="utf-8") as settings:
        settings.write(f'\n[warehouse]\nthreads = {threads}\nmemory_limit = "{memory}"\n')


def close_all(site: Path, codes: list[str], processes: int) -> list[Closed]:
    """Land and close every commissioner's month, so many at a time."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, context) as pool:
        return list(pool.map(land_and_close, [site] * len(codes), codes))


def land_and_close(directory: Path, code: str) -> Closed:
    """One commissioner's month, as `pbc land` and `pbc close` do it."""
    site, period = load_site(directory), Period.parse(PERIOD)
    began = time.time()
    with contextlib.redirect_stderr(io.StringIO()) as said:
        landed = land.land_inbox(site, code)
        closed = close.close_period(site, code, period)
    ended = time.time()
    if unlanded := [file for file in landed if file.outcome != "landed"]:
        raise RuntimeError(f"{unlanded[0].file_name} of {code} did not land")
    charges = outcome(site, code, closed.close)["charges"]
    waits = said.getvalue().count("Waiting for ")
    return Closed(code, began, ended, waits, sum(amount for _, _, amount in charges))


def show(results: Told) -> None:
    """A line for each way."""
    found = table(
        f"{results['commissioners']} commissioners, some {results['episodes_of_each']:,} episodes",
        *("", "processes", "seconds", "times as fast", "longest close s", "waits for a lock"),
    )
    first = None
    for way, done in results["ways"].items():
        taken = max(each["ended"] for each in done) - min(each["began"] for each in done)
        first = first or taken
        found.add_row(
            way,
            str(1 if way == "one after the other" else results["processes"]),
            f"{taken:,.1f}",
            f"{first / taken:.2f}",
            f"{max(each['ended'] - each['began'] for each in done):,.1f}",
            str(sum(each["waits"] for each in done)),
        )
    console = printer()
    console.print(found)
    charges = {way: sum(c["charges"] for c in done) for way, done in results["ways"].items()}
    same = len(set(charges.values())) == 1
    total = f"£{next(iter(charges.values())) / 100:,.2f}"
    console.print(f"Charges of all: {total}, {'the same' if same else 'NOT the same'} both ways.")


if __name__ == "__main__":
    raise SystemExit(main())
