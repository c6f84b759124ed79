"""A connection that reference files are read into, without a whole site around it."""

from collections.abc import Iterator

import duckdb
import pytest

from transforms import warehouse


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty database with the project's macros and schema `reference`."""
    with duckdb.connect() as connection:
        connection.execute((warehouse.SQL / "session" / "macros.sql").read_text(encoding="utf-8"))
        connection.execute("create schema reference")
        yield connection
