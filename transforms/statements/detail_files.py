"""The detail files: each practice's rows, as they stream by, and how they are written.

A query gives the rows of many practices, a practice's together and in the order of its file, and
nothing is kept but the files being written. It is asked of so many practices at a time that their
rows are sorted in memory: a country's are no more than a county's.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from transforms import warehouse
from transforms.atomic_file import write_atomically
from transforms.package import CHARGES_FILE

_BATCH_ROWS = 20_000
_SORTED_ROWS = 1_700_000  # at a time; DuckDB joins and sorts each in half a kilobyte

# A name's column: its dimension in sql/statements/name.sql, and the columns that make its code.
_NAMED: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "provider_name": ("provider", ("provider_code",)),
    "admission_method_name": ("admission_method", ("admission_method",)),
    "main_specialty_name": ("specialty", ("main_specialty",)),
    "hrg_name": ("hrg_of_edition", ("tariff_edition", "hrg_code")),
}
# Where reference data has no name for these, their code stands for it; for the others, nothing.
_NAMED_BY_CODE = frozenset({"provider_name", "main_specialty_name"})

# Texts that hardly occur twice in a file: a dictionary of them would be as long as they are.
_UNIQUE = frozenset(
    {"charge_reference", "nhs_number", "local_patient_identifier", "provider_spell_number"}
)


def rows_by_practice(
    connection: duckdb.DuckDBPyConnection,
    file_rows: Mapping[str, int],
    names: Mapping[tuple[str, str], str],
) -> Iterator[tuple[str, pa.Table]]:
    """Each practice with the rows of its file, in order of code, as they come.

    `file_rows` says of each practice how many those are; `names` are by dimension and code. The
    connection is busy until the last.
    """
    query = warehouse.read("statements/detail_row.sql")
    for practices in _at_a_time(file_rows):
        wanted = {"first_practice": practices[0], "last_practice": practices[-1]}
        for name, code in wanted.items():
            connection.execute(f"set variable {name} = $code", {"code": code})
        reader = connection.execute(query).to_arrow_reader(_BATCH_ROWS)
        without = dict.fromkeys(practices)
        for practice, rows in _by_practice(reader, names):
            del without[practice]
            yield practice, rows
        for practice in without:
            yield practice, reader.schema.empty_table()


def _at_a_time(file_rows: Mapping[str, int]) -> Iterator[Sequence[str]]:
    """Practices that follow each other by code, so many that their rows are sorted in memory."""
    practices: list[str] = []
    rows = 0
    for practice in sorted(file_rows):
        if practices and rows + file_rows[practice] > _SORTED_ROWS:
            yield practices
            practices, rows = [], 0
        practices.append(practice)
        rows += file_rows[practice]
    if practices:
        yield practices


def _by_practice(
    reader: pa.RecordBatchReader, names: Mapping[tuple[str, str], str]
) -> Iterator[tuple[str, pa.Table]]:
    """The rows of one practice after the other; they lie together in the stream."""
    current: str | None = None
    pieces: list[pa.RecordBatch] = []
    for unnamed in reader:
        batch = _with_names(unnamed, names)
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


def write(folder: Path, rows: pa.Table) -> Path:
    """Write a practice's rows into its folder as Parquet. The same rows give the same bytes.

    They are encoded in memory and written at once: Parquet would write them column by column.
    """
    path = folder / CHARGES_FILE
    rows = rows.drop_columns(["holder"])
    encoded = pa.BufferOutputStream()
    pq.write_table(
        rows,
        encoded,
        compression="snappy",
        use_dictionary=[name for name in rows.column_names if name not in _UNIQUE],
        write_statistics=False,  # a file is read whole
        store_decimal_as_integer=True,
        store_schema=False,
    )
    write_atomically(path, encoded.getvalue())
    return path


def _with_names(rows: pa.RecordBatch, names: Mapping[tuple[str, str], str]) -> pa.RecordBatch:
    """The same rows with names beside their codes: each code among them is looked up once."""
    for column, (dimension, code_columns) in _NAMED.items():
        parts = [rows.column(each) for each in code_columns]
        codes = parts[0] if len(parts) == 1 else pc.binary_join_element_wise(*parts, " ")
        codes = codes.dictionary_encode()
        named = [
            names.get((dimension, code), code if column in _NAMED_BY_CODE else None)
            for code in codes.dictionary.to_pylist()
        ]
        place = rows.schema.get_field_index(column)
        rows = rows.set_column(place, column, pa.array(named, pa.string()).take(codes.indices))
    return rows
