"""The detail files of all practices, written as their rows stream by.

One query gives the rows of all, a practice's together and in the order of its file. So nothing is
kept but the files being written, which is done side by side: a country's rows take no more memory
than a county's.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from transforms import warehouse
from transforms.ahead import ahead
from transforms.package import CHARGES_FILE, file_hash

_BATCH_ROWS = 20_000
_FILES_WAITING = 8


@dataclass(frozen=True)
class DetailFile:
    """A practice's detail file: the SHA-256 of its bytes, and its rows."""

    sha256: str
    rows: int


def write(
    connection: duckdb.DuckDBPyConnection, folder: Path, practices: Sequence[str]
) -> Iterator[tuple[str, DetailFile]]:
    """Write the detail file of each practice into its folder; tells of each once it is there.

    A practice without a row has a file without rows. The connection is busy until the last.
    """
    query = warehouse.read("statements/detail_row.sql")
    reader = connection.execute(query).to_arrow_reader(_BATCH_ROWS)

    def written(of: tuple[str, pa.Table]) -> tuple[str, DetailFile]:
        practice, rows = of
        return practice, _write_file(folder / practice, rows)

    threads = len(os.sched_getaffinity(0))
    yield from ahead(_each(practices, reader), written, threads=threads, most=_FILES_WAITING)


def _each(practices: Sequence[str], reader: pa.RecordBatchReader) -> Iterator[tuple[str, pa.Table]]:
    """Each practice with its rows: first those that have any, as they come."""
    without = dict.fromkeys(practices)
    for practice, rows in _by_practice(reader):
        del without[practice]
        yield practice, rows
    for practice in without:
        yield practice, reader.schema.empty_table()


def _by_practice(reader: pa.RecordBatchReader) -> Iterator[tuple[str, pa.Table]]:
    """The rows of one practice after the other; they lie together in the stream."""
    current: str | None = None
    pieces: list[pa.RecordBatch] = []
    for batch in reader:
        runs = pc.run_end_encode(batch.column("holder"))
        start = 0
        for holder, end in zip(runs.values.to_pylist(), runs.run_ends.to_pylist(), strict=True):
            if current is not None and holder != current:
                yield current, pa.Table.from_batches(pieces)
                pieces = []
            current = holder
            pieces.append(batch.slice(start, end - start))
            start = end
    if current is not None:
        yield current, pa.Table.from_batches(pieces)


def _write_file(place: Path, rows: pa.Table) -> DetailFile:
    """A practice's rows as Parquet, written aside and moved in."""
    place.mkdir(exist_ok=True)
    path = place / CHARGES_FILE
    aside = place / f".{CHARGES_FILE}.part"
    pq.write_table(
        rows.drop_columns(["holder"]),
        aside,
        compression="zstd",
        store_decimal_as_integer=True,
        store_schema=False,
    )
    aside.replace(path)
    return DetailFile(file_hash(place, path).sha256, rows.num_rows)
