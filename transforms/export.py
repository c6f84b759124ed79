"""Exports: the tables that other programs read, as each closed period's close saw them.

One file of sql/export a table, whose columns and order are a contract. CSV has a header row, dates
YYYY-MM-DD, months YYYY-MM, money with two decimals, true and false, blank for none.
"""

import tempfile
from pathlib import Path
from typing import Literal

import duckdb

from transforms import close, warehouse
from transforms.errors import UsageError
from transforms.feeds.delimited import quoted
from transforms.mark import Close
from transforms.periods import Period
from transforms.site import Site

Format = Literal["csv", "parquet"]

TABLES = tuple(sorted(path.stem for path in (warehouse.SQL / "export").glob("*.sql")))

_WRITERS: dict[Format, str] = {
    "csv": "format csv, header true, delimiter ',', quote '\"', nullstr ''",
    "parquet": "format parquet",
}


def export(
    site: Site, commissioner: str, table: str, period: Period, format: Format, out: Path
) -> None:
    """Write a table as the last close of a period saw it. Raises UsageError where there is none."""
    if table not in TABLES:
        raise UsageError(f"There is no export {table!r}. There are: {', '.join(TABLES)}.")
    with warehouse.open_warehouse(
        site, commissioner, f"exporting {table}", read_only=True
    ) as connection:
        write(connection, close.find(connection, commissioner, period), table, format, out)


def write(
    connection: duckdb.DuckDBPyConnection, closed: Close, table: str, format: Format, out: Path
) -> None:
    """Write a table of a close to a file, whole or not at all."""
    closed.set_variables(connection)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".export-") as folder:
        aside = Path(folder) / out.name
        connection.execute(
            f"copy ({warehouse.read(f'export/{table}.sql')}) "
            f"to {quoted(str(aside))} ({_WRITERS[format]})"
        )
        aside.replace(out)
