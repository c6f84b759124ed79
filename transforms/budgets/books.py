"""The books that a year's budgets rest on, if there are any yet."""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from transforms import warehouse
from transforms.site import Site


@contextmanager
def books_of(
    site: Site, commissioner: str, purpose: str, say: warehouse.Say = warehouse.say_to_stderr
) -> Iterator[duckdb.DuckDBPyConnection | None]:
    """The commissioner's warehouse, held for reading; None where nothing was landed yet."""
    if not site.warehouse(commissioner).exists():
        yield None
        return
    with warehouse.open_warehouse(site, commissioner, purpose, read_only=True, say=say) as books:
        yield books
