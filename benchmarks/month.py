"""A month of any size, from the feed file to the practices' packages, beside the floor and peers.

    make bench SIZE=1000000              a million episodes; 15,000,000 are a national year
    make bench SIZE=5000000 PEERS=pandas
    make bench SIZE=15000000             without peers, which hold everything in memory
    make bench TURNS=5                   all of it five times, by turns

Everything is measured in this one run, each program in a process of its own, with the same threads
and the same memory limit (which the peers know nothing of): the floor before and after; the
pipeline's own stages; the same month in pandas and in Polars, which must come to the same charges
and the same position to the penny. Of what is measured several times, the floor among it, the best
counts, and every time is kept: a machine that is shared slows one program and not the next. Results
go to var/bench/ as JSON. Ends with 1 where a peer comes to anything else.
"""

import argparse
import os
import shutil
import tempfile
from itertools import pairwise
from pathlib import Path
from statistics import fmean
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks import apart
from benchmarks.make_site import COMMISSIONER, PERIOD
from benchmarks.results import machine_said, mebibytes, printer, table, write_results
from transforms.close import STAGES

MEMORY_LIMIT = "4GB"
PEERS = {"pandas": "benchmarks.peers.in_pandas", "polars": "benchmarks.peers.in_polars"}
PEERS_UP_TO = 5_000_000  # what they hold in memory grows with the episodes
RENDERED = 20
# What the peers do too. The stages after these, and the gates, are listed apart.
COMPARED = ("land", *STAGES[: STAGES.index("position") + 1])
WITH_PACKAGES = "with gates, packages"

Told = dict[str, Any]


def main() -> int:
    parser = argparse.ArgumentParser(description="Measures a month beside the floor and peers.")
    parser.add_argument("--size", type=int, default=1_000_000, help="episodes")
    parser.add_argument(
        "--peers",
        nargs="*",
        choices=PEERS,
        help=f"unless given, all up to {PEERS_UP_TO:,} episodes",
    )
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--memory-limit", default=MEMORY_LIMIT)
    parser.add_argument("--render", type=int, default=RENDERED, help="practices to make PDFs of")
    parser.add_argument("--turns", type=int, default=1, help="times that each program is run")
    parser.add_argument("--folder", type=Path, help="where the data is made; else a temporary one")
    chosen = parser.parse_args()
    if chosen.peers is None:
        chosen.peers = list(PEERS) if chosen.size <= PEERS_UP_TO else []
    with tempfile.TemporaryDirectory(prefix="bench-", dir=chosen.folder) as folder:
        results = measure(chosen, Path(folder))
    show(results)
    print(f"Results: {write_results(f'month-{chosen.size}', results)}")
    return 0 if all(peer.get("agrees", True) for peer in results["peers"].values()) else 1


def measure(chosen: argparse.Namespace, folder: Path) -> Told:
    """Make the site, and run one program after the other on it, turn by turn."""
    console = Console(stderr=True, highlight=False)
    machine = ("--threads", chosen.threads, "--memory-limit", chosen.memory_limit)
    console.print(f"Making {chosen.size:,} episodes in {folder}")
    site = folder / "site"
    made = apart.run("benchmarks.make_site", site, "--episodes", chosen.size, *machine)
    [waiting] = map(Path, made["feeds"])
    landed = site / "archive" / COMMISSIONER / waiting.name
    feed_bytes = waiting.stat().st_size

    def floor(feed: Path) -> Told:
        console.print("The floor")
        return apart.run("benchmarks.floor", feed, "--database", folder / "floor.duckdb", *machine)

    floors = [floor(waiting)]
    runs: dict[str, list[Told]] = {name: [] for name in ("product", *chosen.peers)}
    for turn in range(chosen.turns):
        if turn > 0:
            landed.rename(waiting)
        console.print("The pipeline")
        product = apart.run("benchmarks.product", site, PERIOD, "--render", chosen.render)
        runs["product"].append(product)
        for made_anew in ("warehouse", "out"):
            shutil.rmtree(site / made_anew)
        for name in chosen.peers:
            console.print(f"The same in {name}")
            peer = run_peer(name, site, landed.parent, folder / name, chosen.threads)
            if "stages" in peer:
                outcome = ("charges", "position")
                peer["agrees"] = all(peer.pop(each) == product[each] for each in outcome)
            runs[name].append(peer)
        floors.append(floor(landed))
    for product in runs["product"]:
        product["total_charges"] = sum(amount for _, _, amount in product.pop("charges"))
        product.pop("position")
    return {
        "episodes": chosen.size,
        "feed_bytes": feed_bytes,
        "machine": machine_said(chosen.threads, chosen.memory_limit),
        "floor": best(floors),
        "product": best(runs["product"]),
        "peers": {name: best(runs[name]) for name in chosen.peers},
        "turns": {
            "floor": [seconds(told) for told in floors],
            **{name: [seconds(told) for told in each] for name, each in runs.items()},
            WITH_PACKAGES: [closing_seconds(told) for told in runs["product"]],
        },
    }


def best(runs: list[Told]) -> Told:
    """The quickest of a program's runs; one that failed or came to other charges, if any did."""
    wrong = [told for told in runs if "failed" in told or not told.get("agrees", True)]
    return wrong[0] if wrong else min(runs, key=seconds)


def run_peer(name: str, site: Path, feeds: Path, into: Path, threads: int) -> Told:
    """What a peer took and came to; or how it failed, as where its data is more than memory."""
    arguments = (site, PERIOD, "--feeds", feeds, "--into", into, "--threads", threads)
    # Polars reads it as it is imported; pandas is told of its threads.
    environment = {"POLARS_MAX_THREADS": str(threads)}
    try:
        return apart.run(PEERS[name], *arguments, environment=environment)
    except apart.ProgramFailed as failed:
        return {"failed": str(failed)}
    finally:
        shutil.rmtree(into, ignore_errors=True)


def seconds(told: Told, stages: tuple[str, ...] = ("floor", *COMPARED)) -> float:
    """What these stages of a program took together; 0 where it failed."""
    return sum(stage["seconds"] for stage in told.get("stages", []) if stage["name"] in stages)


def closing_seconds(product: Told) -> float:
    """What landing and closing took, gates and packages among it; documents are no part of it."""
    return seconds(product, tuple(s["name"] for s in product["stages"] if is_closing(s["name"])))


def beside_its_floors(taken: list[float], floors: list[float]) -> list[float]:
    """Each turn's seconds over the mean of the floors just before and just after it.

    Where a machine is shared, these have had the same minutes; the best of each need not.
    """
    return [each / fmean(around) for each, around in zip(taken, pairwise(floors), strict=True)]


def peak(told: Told) -> int:
    """The most memory that a program took in the stages that are compared."""
    return max(stage["peak_memory"] for stage in told["stages"] if stage["name"] in COMPARED)


def show(results: Told) -> None:
    """Two small tables: the stages, and everything beside the floor."""
    console = printer()
    floor = results["floor"]["stages"][0]["seconds"]
    product = results["product"]
    console.print()
    console.print(stage_table(results, floor))
    beside = table(
        "Beside the floor", "", "seconds", "x floor", "peak MiB", "on disk MiB", "charges"
    )
    database = mebibytes(results["floor"]["database"])
    memory = mebibytes(results["floor"]["stages"][0]["peak_memory"])
    beside.add_row("the floor", f"{floor:,.1f}", "1.00", memory, database, "")
    own = seconds(product)
    whole = closing_seconds(product)
    total = f"£{product['total_charges'] / 100:,.2f}"
    for name, taken in (("land to position", own), (WITH_PACKAGES, whole)):
        beside.add_row(
            name,
            f"{taken:,.1f}",
            f"{taken / floor:.2f}",
            mebibytes(peak(product)) if taken == own else "",
            mebibytes(product["warehouse"]) if taken == own else mebibytes(product["packages"]),
            total if taken == own else "",
        )
    for name, told in results["peers"].items():
        if "failed" in told:
            beside.add_row(name, "failed")
            console.print(f"{name} {told['failed']}")
            continue
        taken = seconds(told)
        beside.add_row(
            name,
            f"{taken:,.1f}",
            f"{taken / floor:.2f}",
            mebibytes(peak(told)),
            mebibytes(told["warehouse"]),
            "the same" if told["agrees"] else "[bold red]others[/bold red]",
        )
    console.print(beside)
    floors = results["turns"]["floor"]
    for name, taken in results["turns"].items():
        line = f"{name}, each turn: {', '.join(f'{each:,.1f}' for each in taken)} s"
        if name != "floor":
            ratios = beside_its_floors(taken, floors)
            line += f"; x the floors before and after: {', '.join(f'{x:.2f}' for x in ratios)}"
        console.print(line)


def is_closing(stage: str) -> bool:
    """Whether a stage belongs to landing and closing, packages included; documents do not."""
    return not stage.startswith(("documents", "commissioner_documents"))


def stage_table(results: Told, floor: float) -> Table:
    """Each stage of the pipeline: time, memory, bytes written and spilled; the peers' time."""
    product, peers = results["product"], results["peers"]
    size = mebibytes(results["feed_bytes"])
    found = table(
        f"{results['episodes']:,} episodes, {size} MiB of feed, "
        f"{results['machine']['threads']} threads, {results['machine']['memory_limit']}",
        *("stage", "seconds", "cpu s", "x floor", "peak MiB", "written", "spilled", *peers),
    )
    for stage in product["stages"]:
        found.add_row(
            stage["name"],
            f"{stage['seconds']:,.1f}",
            f"{stage['processor']:,.1f}",
            f"{stage['seconds'] / floor:.2f}",
            mebibytes(stage["peak_memory"]),
            mebibytes(stage["written"]),
            mebibytes(stage["spilled"]) if stage["spilled"] else "",
            *(peer_cell(told, stage["name"]) for told in peers.values()),
            end_section=stage["name"] == COMPARED[-1],
        )
    return found


def peer_cell(told: Told, stage: str) -> str:
    """A peer's seconds in a stage, blank where it has none of that name."""
    found = [each["seconds"] for each in told.get("stages", []) if each["name"] == stage]
    return f"{found[0]:,.1f}" if found else ""


if __name__ == "__main__":
    raise SystemExit(main())
