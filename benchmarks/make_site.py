"""Makes the site of a benchmark: the sample's generator, and the settings that it is run with.

A program of its own, so that what making the data takes weighs on nothing that is measured.
"""

import argparse
import json
from pathlib import Path

from data.sample.generate import COMMISSIONER, Machine, generate_benchmark

__all__ = ["COMMISSIONER", "PERIOD", "make"]

PERIOD = "2005-03"  # the last month of the year that the benchmark's activity fills


def make(out: Path, episodes: int, files: int, threads: int, memory_limit: str) -> list[Path]:
    """A site with so many episodes in its inbox, in so many files; gives the files.

    Its gates report but stop nothing, since what they judge is made up.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    spill = out.parent / "spill"
    spill.mkdir(exist_ok=True)
    machine = Machine(memory_limit, threads, out.parent)
    inbox = generate_benchmark(out, episodes, files=files, machine=machine).parent
    settings = out / "site.toml"
    settings.write_text(
        settings.read_text(encoding="utf-8")
        + f'\n[warehouse]\nmemory_limit = "{memory_limit}"\nthreads = {threads}\n'
        + f'temp_directory = "{spill}"\n\n[gates]\nenforce = false\n',
        encoding="utf-8",
    )
    return sorted(inbox.iterdir())


def main() -> None:
    parser = argparse.ArgumentParser(description="Makes the site of a benchmark.")
    parser.add_argument("site", type=Path)
    parser.add_argument("--episodes", type=int, required=True)
    parser.add_argument("--files", type=int, default=1)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--memory-limit", required=True)
    parser.add_argument("--out", type=Path, required=True)
    chosen = parser.parse_args()
    feeds = make(chosen.site, chosen.episodes, chosen.files, chosen.threads, chosen.memory_limit)
    chosen.out.write_text(json.dumps({"feeds": [str(feed) for feed in feeds]}), encoding="utf-8")


if __name__ == "__main__":
    main()
