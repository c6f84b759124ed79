"""The quality gates: Great Expectations over the warehouse itself, after the stages it guards.

A gate's figures are worked out inside DuckDB (`gate_figures`), its suite (expectations/) says what
they may be, and Great Expectations judges them, through SQLAlchemy, on a read-only connection.
Results and Data Docs stand in `out/<commissioner>/<period>/gates/` until the close keeps them with
the revision that they judged. They hold figures only: never a value of a record.
"""

import contextlib
import importlib
import logging
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import duckdb
import pydantic

from expectations import library
from transforms import data_docs, gate_figures, warehouse
from transforms.atomic_file import write_atomically
from transforms.errors import ControlFailure, UsageError
from transforms.gate_figures import GATES, Gate
from transforms.package import GateCheck, GateRun, QualityWarning, canonical_json
from transforms.periods import Period
from transforms.site import Site

if TYPE_CHECKING:
    from great_expectations.core import (
        ExpectationSuite,
        ExpectationSuiteValidationResult,
        ExpectationValidationResult,
    )
    from great_expectations.datasource.fluent import SQLDatasource

_STOPPED_BEFORE = {
    "feed": "nothing was closed",
    "episodes": "nothing was priced",
    "charges": "nothing was posted",
    "statements": "nothing may leave",
}


def run_gate(site: Site, code: str, period: Period, gate: Gate) -> GateRun:
    """Judge the figures of a gate and publish them; what a later gate said before is forgotten.

    The result's `data_docs` is relative to a revision's folder, as that of `keep_gates`. Raises
    UsageError where nothing was landed, ControlFailure where a figure cannot be worked out.
    """
    folder = _folder(site, code, period)
    _forget(folder, GATES[GATES.index(gate) :])
    suite, outcome = _judge(site, code, period, gate)
    checks = tuple(_check(each, gate) for each in outcome.results)
    data_docs.publish(suite, outcome, folder / gate)
    result = GateRun(
        gate=gate,
        status=_status(checks),
        checks=checks,
        data_docs=f"gates/{gate}/{data_docs.RESULT_PAGE}",
    )
    write_atomically(folder / f"{gate}.json", canonical_json(result))
    return result


def read_gates(site: Site, code: str, period: Period) -> tuple[GateRun, ...]:
    """What the gates of a period's latest close have said so far, in order.

    A result that another version wrote, or that is damaged, is as good as none.
    """
    results = []
    for gate in GATES:
        file = _folder(site, code, period) / f"{gate}.json"
        with contextlib.suppress(FileNotFoundError, pydantic.ValidationError):
            results.append(GateRun.model_validate_json(file.read_bytes()))
    return tuple(results)


def keep_gates(site: Site, code: str, period: Period, revision_folder: Path) -> tuple[GateRun, ...]:
    """Copy the gates' results and Data Docs to the revision that they judged, for `run.json`.

    They are copied, not moved: a rebuild of the revision finds them again.
    """
    kept = revision_folder / "gates"
    aside = revision_folder / ".gates"
    shutil.rmtree(aside, ignore_errors=True)
    folder = _folder(site, code, period)
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(folder, aside, ignore=shutil.ignore_patterns(".*"))
    shutil.rmtree(kept, ignore_errors=True)
    aside.rename(kept)
    return read_gates(site, code, period)


def stop_at(result: GateRun, site: Site, period: Period) -> None:
    """Stop at a gate that failed.

    Raises ControlFailure, naming every critical expectation that failed, its figure, its threshold
    and the command that shows the rows, unless [gates] enforce is false.
    """
    if result.status == "failed" and site.config.gates.enforce:
        raise ControlFailure(_refusal(result, period))


def refuse_what_was_stopped(site: Site, code: str, period: Period) -> None:
    """Stop where a gate has stopped the latest close of a period: as `stop_at`.

    For whoever comes after the gates at another time: rendering, sending, the next close.
    """
    for result in read_gates(site, code, period):
        stop_at(result, site, period)


def quality_warnings(gates: Sequence[GateRun]) -> tuple[QualityWarning, ...]:
    """What failed, as sentences for the statement; the graver level alone of a figure's two."""
    warnings: dict[tuple[str, str], QualityWarning] = {}
    for gate in gates:
        for check in gate.checks:
            if not check.passed and check.on_statement:
                warnings.setdefault(
                    (gate.gate, check.name),
                    QualityWarning(gate=gate.gate, rule=check.name, text=_sentence(check)),
                )
    return tuple(warnings.values())


def told(result: GateRun) -> list[str]:
    """What did not pass, a line each, for a terminal or a log."""
    return [
        f"Gate {result.gate}, {check.severity}: {_sentence(check)} The rows: {check.rows}"
        for check in result.checks
        if not check.passed
    ]


def write_rows(site: Site, code: str, period: Period, figure: str, out: Path) -> None:
    """Write the rows behind a figure, named `<gate>.<figure>`, to a CSV file.

    They are of the warehouse as it is, and hold patient data. Raises UsageError where there is no
    such figure, or where the period is past.
    """
    known = {
        f"{gate}.{expectation.column}": (gate, expectation.meta["rows"])
        for gate in GATES
        for expectation in _suite(site, gate)
    }
    if figure not in known:
        raise UsageError(f"There is no figure {figure!r}. There are: {', '.join(known)}.")
    gate, rows = known[figure]
    with warehouse.open_warehouse(
        site, code, f"showing rows of {figure}", read_only=True
    ) as connection:
        gate_figures.write_rows(connection, site, code, period, gate, rows, out)


def _folder(site: Site, code: str, period: Period) -> Path:
    return site.output(code, period, 1).parent / "gates"


def _forget(folder: Path, gates: Sequence[Gate]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for gate in gates:
        (folder / f"{gate}.json").unlink(missing_ok=True)
        shutil.rmtree(folder / gate, ignore_errors=True)


def _status(checks: Sequence[GateCheck]) -> Literal["passed", "warning", "failed"]:
    failed = {check.severity for check in checks if not check.passed}
    if "critical" in failed:
        return "failed"
    return "warning" if failed else "passed"


def _refusal(result: GateRun, period: Period) -> str:
    lines = [f"The gate {result.gate} stopped {period}: {_STOPPED_BEFORE[result.gate]}."]
    for check in result.checks:
        if check.severity == "critical" and not check.passed:
            lines.append(f"  {check.name}: {_found(check)}, allowed: {check.expected}.")
            lines.append(f"    The rows: {check.rows}")
    threshold = (
        ""
        if result.gate == "statements"
        else f", or change the threshold in [gates.{result.gate}] of site.toml"
    )
    lines.append(f"Mend what the rows show{threshold}, then run the same command again.")
    return "\n".join(lines)


def _sentence(check: GateCheck) -> str:
    return f"{check.name}: {_found(check)}, where {check.expected} is expected."


def _found(check: GateCheck) -> str:
    place = f" ({check.place})" if check.place else ""
    return f"{check.observed}{place}"


# --- Great Expectations --------------------------------------------------------------------------


def _judge(
    site: Site, code: str, period: Period, gate: Gate
) -> "tuple[ExpectationSuite, ExpectationSuiteValidationResult]":
    """Work out the figures of a gate and let Great Expectations judge them."""
    path = site.warehouse(code)
    if not path.exists():
        raise UsageError(f"Nothing has been landed for {code} yet. Run 'pbc land' first.")

    # Its hundreds of lines about itself would bury what a task's log says.
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    expectations = _suite(site, gate)
    import great_expectations as gx

    for each in expectations:
        command = _command(site, code, period, f"{gate}.{each.column}")
        each.meta["command"] = command
        each.description = (
            f"{each.meta['words']}: {each.meta['expected']} ({each.severity.value}). "
            f"The rows: {command}"
        )
    suite = gx.ExpectationSuite(name=gate, expectations=expectations)
    context = gx.get_context(mode="ephemeral", project_config=_context())
    with warehouse.lock(path.with_suffix(".lock"), f"gate {gate} of {period}", shared=True):
        source = context.data_sources.add_sql(
            name=code, connection_string=_read_only_url(site, code), create_temp_table=False
        )
        try:
            _work_out(source, site, code, period, gate)
            figures = source.add_query_asset(name=str(period), query="select * from figure")
            batch = figures.add_batch_definition_whole_table("figures").get_batch()
            outcome = batch.validate(suite, result_format="BASIC")
        finally:
            # It has two: one tries the connection, the other works.
            source.get_engine().dispose()
            source.get_execution_engine().engine.dispose()
    outcome.meta["run_id"] = gx.RunIdentifier(run_name=f"{code}-{period}")
    return suite, outcome


def _suite(site: Site, gate: Gate) -> "list[Any]":
    """The expectations of a gate, each about a figure (its `column`)."""
    library.load()
    module = importlib.import_module(f"expectations.{gate}")
    settings = getattr(site.config.gates, gate, None)
    suite: list[Any] = module.suite(settings)
    return suite


def _command(site: Site, code: str, period: Period, figure: str) -> str:
    """The command that shows the rows behind a figure."""
    several = len(site.config.commissioners) > 1
    return f"pbc rows {period} {figure}" + (f" --commissioner {code}" if several else "")


def _read_only_url(site: Site, code: str) -> str:
    """The warehouse's address for SQLAlchemy, with the bounds of [warehouse] in site.toml.

    Of one connection, since figures are a temporary table.
    """
    from sqlalchemy import URL

    settings = site.config.warehouse.model_dump(exclude_none=True)
    options = {key: str(value) for key, value in settings.items()}
    options |= {
        "access_mode": "read_only",
        "autoinstall_known_extensions": "false",
        "duckdb_sqlalchemy_pool": "singleton",
    }
    return URL.create(
        "duckdb", database=str(site.warehouse(code)), query=options
    ).render_as_string()


def _context() -> Any:
    """Everything in memory; no analytics, no progress bars in logs."""
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )

    return DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(),
        analytics_enabled=False,
        progress_bars=ProgressBarsConfig(globally=False),
    )


def _work_out(source: "SQLDatasource", site: Site, code: str, period: Period, gate: Gate) -> None:
    """Make the gate's figures on the connection that Great Expectations works on.

    It reads a query's result after it has given its connection back, when the DuckDB dialect has
    let go of the result; so rows are fetched as soon as they are there. They are few: figures.
    """
    from sqlalchemy import event
    from sqlalchemy.engine.cursor import FullyBufferedCursorFetchStrategy

    engine = source.get_execution_engine().engine

    @event.listens_for(engine, "after_cursor_execute")
    def _fetch_at_once(
        _connection: Any, cursor: Any, _statement: Any, _values: Any, context: Any, _many: Any
    ) -> None:
        if cursor.description is not None:
            context.cursor_fetch_strategy = FullyBufferedCursorFetchStrategy(
                cursor, initial_buffer=cursor.fetchall()
            )

    with engine.connect() as connection:
        session: Any = connection.connection.driver_connection
        try:
            warehouse.leave_room(session, site)
            warehouse.begin_session(session)
            gate_figures.work_out(session, site, code, period, gate)
        except (duckdb.IOException, duckdb.OutOfMemoryException) as error:
            raise warehouse.gave_out(error) from error
        except duckdb.Error as error:
            # What went wrong is not repeated: a database's message can quote a value.
            raise ControlFailure(
                f"The gate {gate} could not be worked out ({type(error).__name__}). "
                f"Run sql/gates/{gate}.sql on a copy of the warehouse to see what DuckDB says."
            ) from None


def _check(result: "ExpectationValidationResult", gate: Gate) -> GateCheck:
    """One expectation's result. Raises ControlFailure where Great Expectations has none."""
    from great_expectations.expectations.metadata_types import FailureSeverity

    from expectations.figures import written

    expectation = result.expectation_config
    if expectation is None or "observed_value" not in result.result:
        raise ControlFailure(
            f"Great Expectations could not judge the gate {gate}. Run it again; if that does not "
            f"help, look whether sql/gates/{gate}.sql gives every figure of the suite."
        )
    wording = expectation.meta
    observed = result.result["observed_value"]
    return GateCheck(
        figure=expectation.kwargs["column"],
        name=wording["words"],
        severity="critical" if expectation.severity == FailureSeverity.CRITICAL else "warning",
        passed=bool(result.success),
        observed="none to judge" if observed is None else written(observed, wording["unit"]),
        place=result.result.get("details", {}).get("place"),
        expected=wording["expected"],
        rows=wording["command"],
        on_statement=wording["on_statement"],
    )
