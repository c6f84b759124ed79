"""How long spells and prices take, beside landing the same records.

    make bench-price EPISODES=3000000

Both are timed in this process, one after the other, on a synthetic site made for it, so that the
ratio means the same on a slow machine and a busy one. The aim is 0.8 at three million episodes.
Seconds are of the wall clock and, in brackets, of the processor.
"""

import argparse
import contextlib
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from data.sample.generate import generate_benchmark
from transforms import close, land
from transforms.periods import Period
from transforms.site import load_site

PERIOD = Period(2005, 3)  # the last month of the year that the benchmark's activity fills
AIM = 0.8


class Stopwatch:
    """Seconds by name: of the wall clock and of the processor."""

    def __init__(self) -> None:
        self.wall: dict[str, float] = {}
        self.processor: dict[str, float] = {}

    @contextlib.contextmanager
    def timing(self, name: str) -> Iterator[None]:
        wall, processor = time.monotonic(), time.process_time()
        yield
        self.wall[name] = time.monotonic() - wall
        self.processor[name] = time.process_time() - processor

    def told(self, name: str) -> str:
        return f"{name:<8} {self.wall[name]:8.1f} s ({self.processor[name]:.1f})"


def measure(episodes: int, folder: Path) -> float:
    """Make a site of that many episodes, land and price it; print the times; return the ratio."""
    generate_benchmark(folder / "site", episodes)
    site = load_site(folder / "site")
    commissioner = site.commissioner().code
    watch = Stopwatch()
    with watch.timing("land"):
        land.land_inbox(site, commissioner)
    close.run_stage(site, commissioner, PERIOD, "episodes")
    with watch.timing("spells"):
        close.run_stage(site, commissioner, PERIOD, "spells")
    with watch.timing("prices"):
        close.run_stage(site, commissioner, PERIOD, "prices")
    for name in watch.wall:
        print(watch.told(name))
    return (watch.wall["spells"] + watch.wall["prices"]) / watch.wall["land"]


def main() -> None:
    """Read the number of episodes, measure, and print the ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--episodes", type=int, default=3_000_000)
    episodes = parser.parse_args().episodes
    with tempfile.TemporaryDirectory(prefix="bench-price-") as folder:
        ratio = measure(episodes, Path(folder))
    print(
        f"Spells and prices of {episodes:,} episodes take {ratio:.2f} times landing (aim: {AIM})."
    )


if __name__ == "__main__":
    main()
