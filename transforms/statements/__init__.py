"""Stage `statements`: one immutable package per practice, and the close's control figures.

A package is all that rendering and sending need: names, list sizes and rules in force are copied
into it. The manifest is taken away first and written last, so that a folder without one is known to
be half made; the stage then simply makes it again, to the same bytes.
"""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from transforms import gates, package, warehouse
from transforms.mark import Close
from transforms.site import Site
from transforms.statements import detail_files
from transforms.statements.control import control_content
from transforms.statements.practice import PracticeFigures, statement_content


@dataclass(frozen=True)
class StatementCounts:
    """Statements made, and the rows of their detail files."""

    statements: int
    detail_rows: int


def prepare(connection: duckdb.DuckDBPyConnection, close: Close) -> None:
    """Work out what stands, what the period posted and what became of the records, apart."""
    close.set_variables(connection)
    connection.execute(f"create or replace temp table fate as {warehouse.read('export/fates.sql')}")
    for table in ("standing_charge", "period_posting"):
        warehouse.run(connection, f"statements/{table}.sql")


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
    judged = gates.keep_gates(site, close.commissioner, close.period, folder)
    warnings = gates.quality_warnings(judged)
    _remove_others(folder, figures.practices)
    rows = 0
    for practice, detail in detail_files.write(connection, folder, figures.practices):
        rows += detail.rows
        package.write_statement(
            folder / practice,
            statement_content(figures, close, practice, detail.sha256, warnings),
        )
    control = control_content(connection, close, figures)
    package.write_control(folder, control)
    _write_manifest(connection, close, folder, figures.practices)
    return StatementCounts(len(figures.practices), rows)


def _remove_others(folder: Path, practices: Sequence[str]) -> None:
    """Take away the packages of an earlier run for practices that have no statement now."""
    for place in folder.iterdir():
        if (place / package.STATEMENT_FILE).exists() and place.name not in practices:
            shutil.rmtree(place)


def _write_manifest(
    connection: duckdb.DuckDBPyConnection, close: Close, folder: Path, practices: Sequence[str]
) -> None:
    paths = [folder / package.CONTROL_FILE]
    for practice in practices:
        paths += [
            folder / practice / package.CHARGES_FILE,
            folder / practice / package.STATEMENT_FILE,
        ]
    inputs = connection.execute(
        "select path, sha256 from close_reference where close_number = $number order by path",
        {"number": close.number},
    ).fetchall()
    editions = warehouse.rows(connection, warehouse.read("statements/tariff_edition.sql"))
    package.write_manifest(
        folder,
        package.Manifest(
            commissioner_code=close.commissioner,
            period=str(close.period),
            revision=close.revision,
            mark=close.high_water,
            practices=tuple(practices),
            tariff_editions=tuple(edition["name"] for edition in editions),
            inputs=tuple(package.FileHash(path=path, sha256=sha, size=0) for path, sha in inputs),
            software_version=close.software_version,
            files=tuple(package.file_hash(folder, path) for path in sorted(paths)),
        ),
    )
