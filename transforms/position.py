"""Stage `position`: what each practice has spent against its budget, and where its year may end."""

from dataclasses import dataclass

import duckdb

from transforms import forecast, warehouse
from transforms.mark import Close
from transforms.working_days import bank_holidays

_YEARS_HELD = 3  # earlier years, whose months the forecast compares with this year's


@dataclass(frozen=True)
class PositionCounts:
    """Practices with a position, RESIDENT included."""

    practices: int


def build(connection: duckdb.DuckDBPyConnection, close: Close) -> PositionCounts:
    """Derive `budget`, `held_budget`, the forecast and `position`."""
    close.set_variables(connection)
    _set_bank_holidays(connection, close)
    for file in (
        "cumulative_share",
        "practice_status",
        "budget",
        "held_budget",
        "ledger_entry",
        "position_practice",
    ):
        warehouse.run(connection, f"position/{file}.sql")
    forecast.build(connection, close)
    warehouse.run(connection, "position/position.sql")
    counts = warehouse.rows(
        connection,
        "select count(distinct practice_code) as practices from position "
        "where close_number = getvariable('close_number')",
    )[0]
    return PositionCounts(**counts)


def _set_bank_holidays(connection: duckdb.DuckDBPyConnection, close: Close) -> None:
    start = int(close.period.financial_year[:4])
    connection.execute("create or replace temp table bank_holiday (date date)")
    connection.executemany(
        "insert into bank_holiday values ($date)",
        [{"date": day} for day in bank_holidays(start - _YEARS_HELD, start + 1)],
    )
