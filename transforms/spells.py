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


def build(connection: duckdb.DuckDBPyConnection, close: Close) -> SpellCounts:
    """Derive `spell` and `excluded_episode`."""
    close.set_variables(connection)
    tariffs.create_exclusion_macro(connection)
    for file in ("stay", "spell_episode", "excluded_episode", "spell_hrg", "spell"):
        warehouse.run(connection, f"spells/{file}.sql")
    counts = warehouse.rows(
        connection,
        "select count(*) as spells, "
        "count(*) filter (where discharge_date is null) as open_spells from spell",
    )[0]
    return SpellCounts(**counts)
