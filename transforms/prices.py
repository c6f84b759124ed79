"""Stage `prices`: the tariff applied to every spell discharged by the period's end."""

from dataclasses import dataclass
from decimal import Decimal

import duckdb

from transforms import warehouse
from transforms.mark import Close


@dataclass(frozen=True)
class PriceCounts:
    """Spells priced in any way, and their total in pounds."""

    priced_spells: int
    total_price: Decimal


def build(connection: duckdb.DuckDBPyConnection, close: Close) -> PriceCounts:
    """Derive `priced_spell`, every component kept."""
    close.set_variables(connection)
    for file in ("qualified_top_up", "priced_spell"):
        warehouse.run(connection, f"prices/{file}.sql")
    counts = warehouse.rows(
        connection,
        "select count(*) as priced_spells, "
        "coalesce(sum(total_price), 0)::decimal(18, 2) as total_price from priced_spell",
    )[0]
    return PriceCounts(**counts)
