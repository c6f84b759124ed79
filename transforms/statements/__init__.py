"""Stage `statements`: one immutable package per practice, and the close's control figures.

A package is all that rendering and sending need: names, list sizes and rules in force are copied
into it. The manifest is taken away first and written last, so that a folder without one is known to
be half made; the stage then simply makes it again, to the same bytes.
"""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from transforms import gates, package, warehouse
from transforms.ahead import ahead
from transforms.mark import Close
from transforms.site import Site
from transforms.statements import detail_files
from transforms.statements.control import control_content
from transforms.statements.practice import PracticeFigures, statement_content

_PACKAGES_WAITING = 16

# What `prepare` makes, in order.
_PREPARED = (
    "listed_posting",
    "excluded_scope",
    "standing_charge",
    "period_posting",
    "moved_posting",
    "not_charged_spell",
)


@dataclass(frozen=True)
class StatementCounts:
    """Statements made, and the rows of their detail files."""

    statements: int
    detail_rows: int


def prepare(connection: duckdb.DuckDBPyConnection, close: Close) -> None:
    """Work out apart what statements tell of: postings, what was not charged, records and fates."""
    close.set_variables(connection)
    connection.execute("create or replace temp table fate as from interchange_fate('live_record')")
    for made in _PREPARED:
        warehouse.run(connection, f"statements/{made}.sql")


def build(connection: duckdb.DuckDBPyConnection, close: Close, site: Site) -> StatementCounts:
    """Write the packages of a close into its revision's folder. `prepare` has run."""
    close.set_variables(connection)
    for made in ("statement", "detail_entry"):
        warehouse.run(connection, f"statements/{made}.sql")
    folder = site.output(close.commissioner, close.period, close.revision)
    folder.mkdir(parents=True, exist_ok=True)
    for name in (package.MANIFEST_FILE, package.DOCUMENTS_FILE):
        (folder / name).unlink(missing_ok=True)

    figures = PracticeFigures.read(connection, close)
    control = package.write_control(folder, control_content(connection, close, figures))
    judged = gates.keep_gates(site, close.commissioner, close.period, folder)
    warnings = gates.quality_warnings(judged)
    _remove_others(folder, figures.practices)

    def packaged(of: tuple[str, pa.Table]) -> tuple[int, list[package.FileHash]]:
        practice, rows = of
        path = detail_files.write(folder / practice, rows)
        detail = package.file_hash(folder, path)
        content = statement_content(figures, close, practice, detail.sha256, warnings)
        path = package.write_statement(folder / practice, content)
        return rows.num_rows, [detail, package.file_hash(folder, path)]

    threads = len(os.sched_getaffinity(0)) + 1  # as a rule one of them waits for the disk
    each = detail_files.rows_by_practice(connection, figures.file_rows, figures.names)
    detail_rows, files = 0, [package.file_hash(folder, control)]
    for rows, written in ahead(each, packaged, threads=threads, most=_PACKAGES_WAITING):
        detail_rows += rows
        files += written
    _write_manifest(connection, close, folder, figures, files)
    return StatementCounts(len(figures.practices), detail_rows)


def _remove_others(folder: Path, practices: Sequence[str]) -> None:
    """Take away the packages of an earlier run for practices that have no statement now."""
    for place in folder.iterdir():
        if (place / package.STATEMENT_FILE).exists() and place.name not in practices:
            shutil.rmtree(place)


def _write_manifest(
    connection: duckdb.DuckDBPyConnection,
    close: Close,
    folder: Path,
    figures: PracticeFigures,
    files: Sequence[package.FileHash],
) -> None:
    inputs = connection.execute(
        "select path, sha256 from close_reference where close_number = $number order by path",
        {"number": close.number},
    ).fetchall()
    package.write_manifest(
        folder,
        package.Manifest(
            commissioner_code=close.commissioner,
            period=str(close.period),
            revision=close.revision,
            mark=close.high_water,
            practices=tuple(figures.practices),
            tariff_editions=tuple(edition["name"] for edition in figures.editions),
            inputs=tuple(package.FileHash(path=path, sha256=sha, size=0) for path, sha in inputs),
            software_version=close.software_version,
            files=tuple(sorted(files, key=lambda file: folder / file.path)),
        ),
    )
