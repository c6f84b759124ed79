"""The floor: what DuckDB takes to load the same files as text into a table of a database on disk.

One `create table ... as select * from read_csv(...)`, with the threads and the memory of what is
measured against it: of `nwcs` all columns as text, of `cds62` its lines as one column.
"""

import argparse
import contextlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from benchmarks.stages import Stages, size_of


@dataclass(frozen=True, order=True)
class Taken:
    """Seconds on the clock, and of the processor's time, which a busy machine sways less."""

    seconds: float
    processor: float

    @classmethod
    def so_far(cls) -> "Taken":
        """Both clocks as they stand."""
        return cls(time.perf_counter(), time.process_time())

    def since(self) -> "Taken":
        """What was taken since then."""
        now = Taken.so_far()
        return Taken(now.seconds - self.seconds, now.processor - self.processor)


def load_as_text(
    feed_format: str, feeds: Sequence[Path], database: Path, threads: int, memory_limit: str
) -> Taken:
    """Load the files, all of the first one's columns, into a new database; what it took."""
    if feed_format == "nwcs":
        with feeds[0].open(encoding="utf-8") as file:
            file.readline()
            columns = ["kind", *file.readline().rstrip("\r\n").split(",")[1:]]
        how = "null_padding = true, skip = 2"
    else:
        columns = ["line"]
        how = "delim = chr(31), quote = '', escape = ''"
    typed = ", ".join(f"'{name}': 'varchar'" for name in columns)
    files = ", ".join(f"'{feed}'" for feed in feeds)
    database.unlink(missing_ok=True)
    config = {
        "memory_limit": memory_limit,
        "threads": threads,
        "temp_directory": str(database.parent / "spill"),
    }
    with contextlib.closing(duckdb.connect(str(database), config=config)) as connection:
        begun = Taken.so_far()
        connection.execute(
            f"create table t as select * from read_csv([{files}], columns = {{{typed}}}, "
            f"header = false, auto_detect = false, {how})"
        )
        return begun.since()


def main() -> None:
    parser = argparse.ArgumentParser(description="Loads feed files as text, and says what it took.")
    parser.add_argument("feeds", type=Path, nargs="+")
    parser.add_argument("--format", default="nwcs")
    parser.add_argument("--database", type=Path, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--memory-limit", required=True)
    parser.add_argument("--out", type=Path, required=True)
    chosen = parser.parse_args()
    stages = Stages(chosen.database.parent / "spill")
    with stages.stage("floor"):
        load_as_text(
            chosen.format, chosen.feeds, chosen.database, chosen.threads, chosen.memory_limit
        )
    stages.write(chosen.out, database=size_of(chosen.database))
    chosen.database.unlink()


if __name__ == "__main__":
    main()
