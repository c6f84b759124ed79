"""Has anything become slower? A small month's ratios to the floor, beside those that were kept.

    python -m benchmarks.guard           at the end of `make test`
    python -m benchmarks.guard --keep    keeps today's ratios, in kept_ratios.json

Ratios of processor time, never seconds, so that one machine's figures mean something on another; of
three rounds the best, so that what is loaded for the first time weighs on nothing. A drift of more
than 30 per cent either way is printed; it fails nothing, since a person must judge it. At this size
much of each stage is what it takes at any size: the large benchmarks say how it grows.
"""

import argparse
import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.floor import Taken, load_as_text
from benchmarks.make_site import COMMISSIONER, PERIOD, make
from benchmarks.results import printer, table
from transforms import close, land
from transforms.periods import Period
from transforms.site import Site, load_site

KEPT = Path(__file__).with_name("kept_ratios.json")
EPISODES = 20_000
ROUNDS = 3
DRIFT_PERCENT = 30
THREADS, MEMORY_LIMIT = 2, "2GB"


@dataclass(frozen=True)
class Drift:
    """A stage's ratio to the floor, now and as it was kept."""

    stage: str
    kept: float | None
    now: float

    @property
    def percent(self) -> float | None:
        """How far it is from what was kept; None where nothing was."""
        return None if self.kept is None else 100 * (self.now / self.kept - 1)

    @property
    def is_large(self) -> bool:
        return self.percent is not None and abs(self.percent) > DRIFT_PERCENT


def main() -> None:
    parser = argparse.ArgumentParser(description="Compares a small month's ratios with kept ones.")
    parser.add_argument("--keep", action="store_true", help="keep today's ratios")
    parser.add_argument("--episodes", type=int, default=EPISODES)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-guard-") as folder:
        now = measure(chosen.episodes, Path(folder))
    if chosen.keep:
        KEPT.write_text(json.dumps(now, indent=1) + "\n", encoding="utf-8")
    show(compare(json.loads(KEPT.read_text(encoding="utf-8")), now))


def measure(episodes: int, folder: Path) -> dict[str, float]:
    """Each stage's ratio to the floor, and `all` of them together, to two decimals."""
    feeds = make(folder / "site", episodes, 1, THREADS, MEMORY_LIMIT)
    site = load_site(folder / "site")
    rounds = [one_round(site, feeds[0], folder) for _ in range(ROUNDS)]
    best = {stage: min(found[stage] for found in rounds) for stage in rounds[0]}
    floor = best.pop("floor")
    best["all"] = sum(best.values())
    return {stage: round(taken / floor, 2) for stage, taken in best.items()}


def one_round(site: Site, feed: Path, folder: Path) -> dict[str, float]:
    """Processor seconds of the floor, of landing into a new warehouse, and of each stage."""
    taken = {
        "floor": load_as_text(
            "nwcs", [feed], folder / "floor.duckdb", THREADS, MEMORY_LIMIT
        ).processor
    }
    shutil.rmtree(site.warehouse(COMMISSIONER).parent, ignore_errors=True)
    begun = Taken.so_far()
    land.land_files(site, COMMISSIONER, [feed])
    taken["land"] = begun.since().processor
    for stage in close.STAGES:
        begun = Taken.so_far()
        close.run_stage(site, COMMISSIONER, Period.parse(PERIOD), stage)
        taken[stage] = begun.since().processor
    return taken


def compare(kept: Mapping[str, float], now: Mapping[str, float]) -> list[Drift]:
    """Each stage's ratio beside the kept one."""
    return [Drift(stage, kept.get(stage), ratio) for stage, ratio in now.items()]


def show(drifts: list[Drift]) -> None:
    """A small table, and a line on every drift that is large."""
    found = table("Times the floor, in processor time", "stage", "kept", "now", "drift %")
    for drift in drifts:
        found.add_row(
            drift.stage,
            "" if drift.kept is None else f"{drift.kept:.2f}",
            f"{drift.now:.2f}",
            "" if drift.percent is None else f"{drift.percent:+.0f}",
            style="bold yellow" if drift.is_large else None,
        )
    console = printer()
    console.print(found)
    large = [drift for drift in drifts if drift.is_large]
    for drift in large:
        console.print(
            f"Drift: {drift.stage} takes {drift.now:.2f} times the floor, {drift.percent:+.0f} per "
            f"cent from the {drift.kept:.2f} that was kept. Measure it again on a quiet machine; "
            "what is meant to be so, keep with 'python -m benchmarks.guard --keep'.",
            style="yellow",
        )
    if not large:
        console.print(f"No ratio has drifted by more than {DRIFT_PERCENT} per cent.")


if __name__ == "__main__":
    main()
