"""Stage `attribution`: the practice that answers for each spell, and why."""

from dataclasses import dataclass

import duckdb

from transforms import warehouse
from transforms.mark import Close


@dataclass(frozen=True)
class AttributionCounts:
    """Spells attributed here, in suspense, and submitted to the wrong commissioner."""

    practices: int
    suspense: int
    not_responsible: int


def build(connection: duckdb.DuckDBPyConnection, close: Close) -> AttributionCounts:
    """Derive `holder`, `attributed_spell`, its warnings, and `current_charge`."""
    close.set_variables(connection)
    for file in (
        "holder",
        "holder_of_month",
        "holder_of_year",
        "membership_span",
        "claim_span",
        "attributed_spell",
        "attribution_warning",
        "current_charge",
    ):
        warehouse.run(connection, f"attribution/{file}.sql")
    counts = warehouse.rows(
        connection,
        "select count(*) filter (where responsible and attribution_basis <> 'resident') "
        "as practices, count(*) filter (where attribution_basis = 'resident') as suspense, "
        "count(*) filter (where not responsible) as not_responsible "
        "from attributed_spell where is_discharged",
    )[0]
    return AttributionCounts(**counts)
