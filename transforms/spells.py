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


# What `prepare` makes, in order; a view reads what stands before it.
_PREPARED = {
    "spell_key": "table",
    "joined_episode": "table",
    "stay": "view",
    "asked_episode": "view",
    "spell_episode": "table",
    "spell_hrg": "table",
}


def prepare(connection: duckdb.DuckDBPyConnection, close: Close) -> None:
    """Work out stays and what gives each its HRG, into temporary tables."""
    close.set_variables(connection)
    tariffs.create_exclusion_macro(connection)
    for file in _PREPARED:
        warehouse.run(connection, f"spells/{file}.sql")


def build(connection: duckdb.DuckDBPyConnection, close: Close) -> SpellCounts:
    """Derive `spell` and `excluded_episode` from what `prepare` made."""
    close.set_variables(connection)
    with warehouse.in_any_order(connection):
        for file in ("spell", "excluded_episode"):
            warehouse.run(connection, f"spells/{file}.sql")
    for made, kind in _PREPARED.items():
        connection.execute(f"drop {kind} {made}")
    counts = warehouse.rows(
        connection,
        "select count(*) as spells, "
        "count(*) filter (where discharge_date is null) as open_spells from spell",
    )[0]
    return SpellCounts(**counts)
