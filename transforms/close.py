"""Closing a month: which period may be closed, and its stages in order, one transaction each.

`pbc close` runs all stages in one go; a DAG task runs one with `run_stage`. Both come here, so a
stage never runs out of turn. A close goes on from wherever it was stopped by starting over: until a
statement of it was issued, running its stages again replaces what they wrote.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from transforms import (
    attribution,
    delivery,
    episodes,
    gates,
    ledger,
    mark,
    position,
    prices,
    run_record,
    spells,
    statements,
    warehouse,
)
from transforms.errors import ControlFailure, UsageError
from transforms.gate_figures import Gate
from transforms.mark import Close
from transforms.package import GateRun
from transforms.periods import Period
from transforms.site import Site

Stage = Callable[[duckdb.DuckDBPyConnection, Close], Any]

Progress = Callable[[str, int, int], None]

# The stages of a close in order; `land` comes before, documents and delivery after. The last one,
# `statements`, writes files too, and so is told the site.
_WAREHOUSE_STAGES: Mapping[str, Stage] = {
    "episodes": episodes.build,
    "spells": spells.build,
    "prices": prices.build,
    "attribution": attribution.build,
    "ledger": ledger.post,
    "position": position.build,
}
STAGES = (*_WAREHOUSE_STAGES, "statements")

# What stages work out into temporary tables before their own transaction: DuckDB reads on all
# threads, and plans by their size, only tables that a transaction has committed.
_PREPARATIONS: Mapping[str, Callable[[duckdb.DuckDBPyConnection, Close], None]] = {
    "spells": spells.prepare,
    "statements": statements.prepare,
}

# DuckDB's share of [warehouse] memory_limit where Python holds more than elsewhere: the figures of
# all practices, and the files being written.
_SHARES: Mapping[str, float] = {"statements": 0.55}

# The gates, each after the stage that it guards.
GATES: Mapping[str, Gate] = {
    "land": "feed",
    "episodes": "episodes",
    "attribution": "charges",
    "statements": "statements",
}


@dataclass(frozen=True)
class StageRun:
    """A stage that ran: its counts, and the seconds it took (for run.json, outside all hashes)."""

    stage: str
    close: Close
    counts: Any
    seconds: float


@dataclass(frozen=True)
class ClosedPeriod:
    """A closed period, where its packages lie, what each stage counted and each gate said."""

    close: Close
    folder: Path
    runs: tuple[StageRun, ...]
    gates: tuple[GateRun, ...]


def run_stage(
    site: Site, commissioner: str, period: Period, stage: str, *, revise: bool = False
) -> StageRun:
    """Run one stage of a close. The first, `episodes`, sets the close's mark.

    Raises ControlFailure where the books forbid it or the stage before has not run.
    """
    purpose = f"closing {period}, {stage}"
    with warehouse.open_warehouse(site, commissioner, purpose) as connection:
        return _run_stage(connection, site, commissioner, period, stage, revise=revise)


def _run_stage(
    connection: duckdb.DuckDBPyConnection,
    site: Site,
    commissioner: str,
    period: Period,
    stage: str,
    *,
    revise: bool,
) -> StageRun:
    started = time.monotonic()
    if stage in _SHARES:
        warehouse.leave_room(connection, site, _SHARES[stage])
    if stage in _PREPARATIONS:
        with warehouse.transaction(connection):
            close = _under_way(connection, site, commissioner, period)
            _check_turn(connection, close, stage)
            _PREPARATIONS[stage](connection, close)
    with warehouse.transaction(connection):
        if stage == STAGES[0]:
            close = _begin(connection, site, commissioner, period, revise)
        else:
            close = _under_way(connection, site, commissioner, period)
            _check_turn(connection, close, stage)
        if stage == "statements":
            counts: Any = statements.build(connection, close, site)
        else:
            counts = _WAREHOUSE_STAGES[stage](connection, close)
        connection.execute(
            "update close set stage = $stage where close_number = $number",
            {"stage": stage, "number": close.number},
        )
    run = StageRun(stage, close, counts, time.monotonic() - started)
    run_record.stage_ran(site, run.close, stage, run.seconds)
    return run


def _check_turn(connection: duckdb.DuckDBPyConnection, close: Close, stage: str) -> None:
    order = ["land", *STAGES]
    row = connection.execute(
        "select stage from close where close_number = $number", {"number": close.number}
    ).fetchone()
    done = str(row[0]) if row else "land"
    if order.index(done) < order.index(stage) - 1:
        raise ControlFailure(
            f"Stage {stage} of {close.period} cannot run: the last stage done is {done}. "
            f"Run 'pbc close {close.period}', which runs them all."
        )


def close_period(
    site: Site,
    commissioner: str,
    period: Period,
    *,
    revise: bool = False,
    progress: Progress | None = None,
) -> ClosedPeriod:
    """Close a period: all stages with their gates, in one go.

    Raises ControlFailure where the books forbid it or a gate stops it.
    """
    judged = [pass_gate(site, commissioner, period, GATES["land"], revise=revise)]
    runs: list[StageRun] = []
    remaining = list(STAGES)
    while remaining:
        # A gate judges with the warehouse to itself, so it is let go of before each.
        purpose = f"closing {period}"
        with warehouse.open_warehouse(site, commissioner, purpose) as connection:
            while remaining:
                stage = remaining.pop(0)
                if progress is not None:
                    progress(stage, len(runs), len(STAGES))
                runs.append(
                    _run_stage(connection, site, commissioner, period, stage, revise=revise)
                )
                revise = False
                if stage in GATES:
                    break
        if stage in GATES:
            judged.append(pass_gate(site, commissioner, period, GATES[stage]))
    close = runs[-1].close
    folder = site.output(commissioner, close.period, close.revision)
    return ClosedPeriod(close, folder, tuple(runs), tuple(judged))


def pass_gate(
    site: Site, commissioner: str, period: Period, gate: Gate, *, revise: bool = False
) -> GateRun:
    """Run a gate in its turn, and stop at it.

    Raises ControlFailure where the books forbid the close that it is of, or a critical expectation
    is not met, and UsageError where a file that the close needs is missing.
    """
    with warehouse.open_warehouse(
        site, commissioner, "asking what is closed", read_only=True
    ) as connection:
        if gate == GATES["land"]:
            _, revision = _place(connection, site, commissioner, period, revise)
            mark.require_files(site.reference)
        else:
            revision = _under_way(connection, site, commissioner, period).revision
    result = gates.run_gate(site, commissioner, period, gate)
    if gate != GATES["land"]:
        run_record.gate_ran(site, commissioner, period, revision)
    gates.stop_at(result, site, period)
    return result


def is_begun(site: Site, commissioner: str) -> bool:
    """Whether any close of a commissioner was ever begun."""
    return _latest_of(site, commissioner) is not None


def require_turn(site: Site, commissioner: str, period: Period) -> int | None:
    """The revision of the month before, if a period would be the first close after it.

    None where there is no month before, or the period was begun already. Raises ControlFailure
    where the books forbid closing it now: out of order, or after one that is not finished.
    """
    last = _latest_of(site, commissioner)
    if last is None or period <= Period.containing(last["period"]):
        return None
    with warehouse.open_warehouse(
        site, commissioner, "asking what is closed", read_only=True
    ) as connection:
        _place(connection, site, commissioner, period, revise=False)
    return int(last["revision"])


def is_closed_for_good(site: Site, commissioner: str, period: Period) -> bool:
    """Whether a period is closed and a later one begun, so that it can only be verified."""
    if not site.warehouse(commissioner).exists():
        return False
    with warehouse.open_warehouse(
        site, commissioner, "asking what is closed", read_only=True
    ) as connection:
        found = connection.execute(
            "select 1 from close having bool_or(period = $period) and max(period) > $period",
            {"period": period.first_day},
        ).fetchone()
    return found is not None


def _latest_of(site: Site, commissioner: str) -> dict[str, Any] | None:
    if not site.warehouse(commissioner).exists():
        return None
    with warehouse.open_warehouse(
        site, commissioner, "asking what is closed", read_only=True
    ) as connection:
        return latest(connection)


def folder_of(site: Site, commissioner: str, period: Period) -> Path:
    """The folder of a period's last revision that was closed to the end.

    Raises UsageError where there is none.
    """
    with warehouse.open_warehouse(
        site, commissioner, "asking what is closed", read_only=True
    ) as connection:
        close = find(connection, commissioner, period)
    return site.output(commissioner, close.period, close.revision)


def latest(connection: duckdb.DuckDBPyConnection) -> dict[str, Any] | None:
    """The latest close that was begun: its row of table `close`."""
    found = warehouse.rows(connection, "select * from close order by close_number desc limit 1")
    return found[0] if found else None


def _first(connection: duckdb.DuckDBPyConnection) -> Period:
    """The first period ever closed; there must be one."""
    return Period.containing(
        warehouse.rows(connection, "select min(period) as period from close")[0]["period"]
    )


def find(connection: duckdb.DuckDBPyConnection, commissioner: str, period: Period) -> Close:
    """The last revision of a period that was closed to the end. Raises UsageError if none was."""
    found = connection.execute(
        "select max(close_number) from close where period = $period and stage = 'statements'",
        {"period": period.first_day},
    ).fetchone()
    if found is None or found[0] is None:
        closed = [
            f"{row['period']:%Y-%m}"
            for row in warehouse.rows(
                connection,
                "select distinct period from close where stage = 'statements' order by period",
            )
        ]
        known = f"Closed are {closed[0]} to {closed[-1]}." if closed else "No period is closed yet."
        mend = (
            "Periods close in order: what is of an earlier month is posted in the next period."
            if closed and str(period) < closed[0]
            else f"Close it with 'pbc close {period}'."
        )
        raise UsageError(f"{period} is not closed. {known} {mend}")
    return mark.read(connection, commissioner, int(found[0]))


def _begin(
    connection: duckdb.DuckDBPyConnection,
    site: Site,
    commissioner: str,
    period: Period,
    revise: bool,
) -> Close:
    """Begin a close where the books allow it, and set its mark."""
    number, revision = _place(connection, site, commissioner, period, revise)
    return mark.take(connection, site, commissioner, number, period, revision)


def _place(
    connection: duckdb.DuckDBPyConnection,
    site: Site,
    commissioner: str,
    period: Period,
    revise: bool,
) -> tuple[int, int]:
    """Decide which close this is: its number and revision. Raises where the books forbid it.

    Periods close in order, and a gap is an error. The latest can be closed again until a statement
    of it is issued; then only revised.
    """
    last = latest(connection)
    if last is None:
        if revise:
            raise UsageError(f"{period} was never closed: there is nothing to revise.")
        return 1, 1
    last_period = Period.containing(last["period"])
    if period < (first_period := _first(connection)):
        raise ControlFailure(
            f"{period} cannot be closed: the books begin with {first_period}. What is of an "
            "earlier month is posted in the next period."
        )
    if period < last_period:
        raise ControlFailure(
            f"{period} is closed, and {last_period} after it: only the latest period can be closed "
            "again. A change of an earlier month is posted in the next period."
        )
    if period > last_period:
        if revise:
            raise UsageError(f"{period} was never closed: there is nothing to revise.")
        if last["stage"] != STAGES[-1]:
            raise ControlFailure(
                f"{last_period} is not closed to the end (last stage: {last['stage']}). "
                f"Run 'pbc close {last_period}' first."
            )
        if period != last_period.next():
            raise ControlFailure(
                f"{period} cannot be closed: {last_period.next()} comes before it and is not "
                f"closed. Run 'pbc close {last_period.next()}' first."
            )
        gates.refuse_what_was_stopped(site, commissioner, last_period)
        return last["close_number"] + 1, 1
    if not delivery.is_issued(site, commissioner, period, last["revision"]):
        if revise and last["revision"] == 1:
            raise ControlFailure(
                f"No statement of {period} is issued, so it need not be revised. "
                f"Run 'pbc close {period}', which makes it anew."
            )
        return last["close_number"], last["revision"]
    if not revise:
        raise ControlFailure(
            f"Statements of {period} are issued, so it cannot be closed again. "
            f"'pbc close {period} --revise' posts the difference as revision "
            f"{last['revision'] + 1} and keeps what was issued."
        )
    return last["close_number"] + 1, last["revision"] + 1


def _under_way(
    connection: duckdb.DuckDBPyConnection, site: Site, commissioner: str, period: Period
) -> Close:
    last = latest(connection)
    if (
        last is None
        or Period.containing(last["period"]) != period
        or delivery.is_issued(site, commissioner, period, last["revision"])
    ):
        raise ControlFailure(
            f"No close of {period} is under way. Begin with its first stage, or run "
            f"'pbc close {period}'."
        )
    return mark.read(connection, commissioner, last["close_number"])
