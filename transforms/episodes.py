"""Stage `episodes`: the records that are live at the close's mark, and warnings on them."""

from dataclasses import dataclass

import duckdb

from transforms import warehouse
from transforms.mark import Close


@dataclass(frozen=True)
class EpisodeCounts:
    """Live records of any type, and those of hospital care that become spells."""

    live_records: int
    episodes: int


def build(connection: duckdb.DuckDBPyConnection, close: Close) -> EpisodeCounts:
    """Derive `live_record`, `grouped_episode`, `episode` and `warning`."""
    close.set_variables(connection)
    for file in ("live_record", "grouped_episode", "grouped_record", "episode", "warning"):
        warehouse.run(connection, f"episodes/{file}.sql")
    counts = warehouse.rows(
        connection,
        "select count(*) as live_records, "
        "count(*) filter (where record_group = 'finished') as episodes "
        "from live_record where fate = 'live'",
    )[0]
    return EpisodeCounts(**counts)
