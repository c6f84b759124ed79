"""Stage `spells`: episodes joined into stays, each with its point of delivery and its HRG."""

from dataclasses import dataclass

import duckdb

from transforms import tariffs, warehouse
from transforms.mark import Close


@dataclass(frozen=True)
class SpellCounts:
    """Spells, and those of them without a discharge date yet."""

    spells: int
    open_spells: int


_PREPARED = ("stay", "spell_episode", "spell_hrg")


def prepare(connection: duckdb.DuckDBPyConnection, close: Close) -> None:
    """Work out stays and what gives each its HRG, into temporary tables."""
    close.set_variables(connection)
    tariffs.create_exclusion_macro(connection)
    for table in _PREPARED:
        warehouse.run(connection, f"spells/{table}.sql")


def build(connection: duckdb.DuckDBPyConnection, close: Close) -> SpellCounts:
    """Derive `spell` and `excluded_episode` from what `prepare` made."""
    close.set_variables(connection)
    for table in ("excluded_episode", "spell"):
        warehouse.run(connection, f"spells/{table}.sql")
    for table in _PREPARED:
        connection.execute(f"drop table {table}")
    counts = warehouse.rows(
        connection,
        "select count(*) as spells, "
        "count(*) filter (where discharge_date is null) as open_spells from spell",
    )[0]
    return SpellCounts(**counts)
