"""The quality gates: Great Expectations over the warehouse itself, after the stages it guards.

A gate's query (sql/gates) works out figures inside DuckDB, its suite (expectations/) says what they
may be, and Great Expectations judges them, through SQLAlchemy, on a read-only connection. Results
and Data Docs stand in `out/<commissioner>/<period>/gates/` until the close keeps them with the
revision that they judged. They hold figures only: never a value of a record.
"""

import importlib
import logging
import re
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from transforms import warehouse
from transforms.errors import ControlFailure, UsageError
from transforms.package import GateCheck, GateRun, QualityWarning, canonical_json, write_atomically
from transforms.periods import Period
from transforms.site import Site

if TYPE_CHECKING:
    from great_expectations.checkpoint import CheckpointResult
    from great_expectations.core import ExpectationValidationResult
    from great_expectations.data_context.types.base import DataContextConfig
    from great_expectations.datasource.fluent import SQLDatasource
    from great_expectations.expectations.expectation import Expectation

Gate = Literal["feed", "episodes", "charges", "statements"]
GATES: tuple[Gate, ...] = get_args(Gate)

_STOPPED_BEFORE = {
    "feed": "nothing was closed",
    "episodes": "nothing was priced",
    "charges": "nothing was posted",
    "statements": "nothing may leave",
}

STYLE = Path(__file__).resolve().parents[1] / "expectations" / "data_docs.css"


def pass_gate(site: Site, code: str, period: Period, gate: Gate) -> GateRun:
    """Run a gate and stop at it: as `run_gate`.

    Raises ControlFailure, naming every critical expectation that failed, its figure, its threshold
    and the query that shows the rows, unless [gates] enforce is false.
    """
    result = run_gate(site, code, period, gate)
    if result.status == "failed" and site.config.gates.enforce:
        raise ControlFailure(_refusal(result, period))
    return result


def run_gate(site: Site, code: str, period: Period, gate: Gate) -> GateRun:
    """Judge the figures of a gate and publish them; what a later gate said before is forgotten.

    The result's `data_docs` is relative to a revision's folder, as that of `keep_gates`. Raises
    UsageError where nothing was landed, ControlFailure where a figure cannot be worked out.
    """
    folder = _folder(site, code, period)
    _forget(folder, GATES[GATES.index(gate) :])
    with tempfile.TemporaryDirectory() as built:
        checks = _judge(site, code, period, gate, Path(built))
        _publish(Path(built), folder / gate, gate)
    result = GateRun(
        gate=gate, status=_status(checks), checks=checks, data_docs=f"gates/{gate}/index.html"
    )
    write_atomically(folder / f"{gate}.json", canonical_json(result))
    return result


def read_gates(site: Site, code: str, period: Period) -> tuple[GateRun, ...]:
    """What the gates of a period's latest close have said so far, in order."""
    folder = _folder(site, code, period)
    files = [folder / f"{gate}.json" for gate in GATES]
    return tuple(GateRun.model_validate_json(file.read_bytes()) for file in files if file.exists())


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


def quality_warnings(gates: Sequence[GateRun]) -> tuple[QualityWarning, ...]:
    """What failed, as sentences for the statement; the graver level alone of a figure's two."""
    warnings: dict[tuple[str, str], QualityWarning] = {}
    for gate in gates:
        for check in gate.checks:
            if not check.passed:
                warnings.setdefault(
                    (gate.gate, check.name),
                    QualityWarning(
                        gate=gate.gate,
                        rule=check.name,
                        text=f"{check.name}: {check.observed}, where {check.expected} is expected.",
                    ),
                )
    return tuple(warnings.values())


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
            lines.append(f"  {check.name}: {check.observed}, allowed: {check.expected}.")
            lines.append(f"    The rows: {check.query}")
    lines.append(
        f"Mend what the rows show, or change the threshold in [gates.{result.gate}] of site.toml, "
        "then run the same command again."
    )
    return "\n".join(lines)


# --- Great Expectations --------------------------------------------------------------------------


def _judge(site: Site, code: str, period: Period, gate: Gate, docs: Path) -> tuple[GateCheck, ...]:
    """Let Great Expectations judge a gate's figures and write its Data Docs into `docs`."""
    path = site.warehouse(code)
    if not path.exists():
        raise UsageError(f"Nothing has been landed for {code} yet. Run 'pbc land' first.")

    # Its hundreds of lines about itself would bury what a task's log says.
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    import great_expectations as gx
    from great_expectations.checkpoint import UpdateDataDocsAction

    context = gx.get_context(mode="ephemeral", project_config=_context(docs))
    suite = gx.ExpectationSuite(name=gate, expectations=_suite(site, period, gate))
    with warehouse.lock(path.with_suffix(".lock"), f"gate {gate} of {period}", shared=True):
        source = context.data_sources.add_sql(
            name=code, connection_string=_read_only_url(site, code), create_temp_table=False
        )
        _prepare_engine(source, period)
        # Its query must begin with select.
        figures = source.add_query_asset(
            name=str(period), query=f"select * from (\n{warehouse.read(f'gates/{gate}.sql')}\n)"
        ).add_batch_definition_whole_table("figures")
        validation = gx.ValidationDefinition(name=gate, data=figures, suite=suite)
        checkpoint = gx.Checkpoint(
            name=gate,
            validation_definitions=[validation],
            actions=[UpdateDataDocsAction(name="docs", site_names=["docs"])],
            result_format={"result_format": "BASIC"},
        )
        context.suites.add(suite)
        context.validation_definitions.add(validation)
        context.checkpoints.add(checkpoint)
        try:
            outcome = checkpoint.run(run_id=gx.RunIdentifier(run_name=f"{code}-{period}"))
        finally:
            # It has two: one tries the connection, the other works.
            source.get_engine().dispose()
            source.get_execution_engine().engine.dispose()
    return tuple(_check(result, gate) for result in _results(outcome))


def _suite(site: Site, period: Period, gate: Gate) -> "list[Expectation]":
    module = importlib.import_module(f"expectations.{gate}")
    settings = getattr(site.config.gates, gate, None)
    suite: list[Expectation] = module.suite(settings, period)
    return suite


def _read_only_url(site: Site, code: str) -> str:
    """The warehouse's address for SQLAlchemy, with the bounds of [warehouse] in site.toml."""
    from sqlalchemy import URL

    settings = site.config.warehouse.model_dump(exclude_none=True)
    options = {key: str(value) for key, value in settings.items()}
    options |= {"access_mode": "read_only", "autoinstall_known_extensions": "false"}
    return URL.create(
        "duckdb", database=str(site.warehouse(code)), query=options
    ).render_as_string()


def _context(docs: Path) -> "DataContextConfig":
    """Everything in memory but the Data Docs; no analytics, no progress bars in logs."""
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )

    return DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(),
        analytics_enabled=False,
        progress_bars=ProgressBarsConfig(globally=False),
        data_docs_sites={
            "docs": {
                "class_name": "SiteBuilder",
                "store_backend": {
                    "class_name": "TupleFilesystemStoreBackend",
                    "base_directory": str(docs),
                },
                "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
            }
        },
    )


def _prepare_engine(source: "SQLDatasource", period: Period) -> None:
    """Give each connection the variables that a gate's query reads, and mend how it is read.

    Great Expectations reads a query's result after it has given its connection back, when the
    DuckDB dialect has let go of the result; so the rows are fetched as soon as they are there. They
    are few: figures.
    """
    from sqlalchemy import event
    from sqlalchemy.engine.cursor import FullyBufferedCursorFetchStrategy

    engine = source.get_execution_engine().engine

    @event.listens_for(engine, "connect")
    def _set_variables(connection: Any, _record: Any) -> None:
        connection.execute(f"set variable month = date '{period.first_day}'")

    @event.listens_for(engine, "after_cursor_execute")
    def _fetch_at_once(
        _connection: Any, cursor: Any, _statement: Any, _values: Any, context: Any, _many: Any
    ) -> None:
        if cursor.description is not None:
            context.cursor_fetch_strategy = FullyBufferedCursorFetchStrategy(
                cursor, initial_buffer=cursor.fetchall()
            )


def _results(outcome: "CheckpointResult") -> "list[ExpectationValidationResult]":
    return [result for validation in outcome.run_results.values() for result in validation.results]


def _check(result: "ExpectationValidationResult", gate: Gate) -> GateCheck:
    """One expectation's result. Raises ControlFailure where its figure could not be worked out."""
    from great_expectations.expectations.metadata_types import FailureSeverity

    from expectations.figures import written

    expectation = result.expectation_config
    if expectation is None or "observed_value" not in result.result:
        # What went wrong is not repeated: a database's message can quote a value.
        raise ControlFailure(
            f"The gate {gate} could not be worked out. Run sql/gates/{gate}.sql on a copy of the "
            "warehouse to see what DuckDB says."
        )
    wording = expectation.meta
    observed = result.result["observed_value"]
    return GateCheck(
        name=wording["words"],
        severity="critical" if expectation.severity == FailureSeverity.CRITICAL else "warning",
        passed=bool(result.success),
        observed="none to judge" if observed is None else written(observed, wording["unit"]),
        expected=wording["expected"],
        query=wording["rows"],
    )


# --- Data Docs -----------------------------------------------------------------------------------

# What a page of Data Docs loads from other hosts or links to, and its scripts.
_FOREIGN = re.compile(
    r"<script\b.*?</script>"
    r"|<footer\b.*?</footer>"
    r"|<(?:link|img)\b[^>]*>"
    r"|<a\b[^>]*\bhref=\"https?:.*?</a>"
    r"|\bon[a-z]+=\"[^\"]*\""
    r"|url\('https?:[^']*'\)",
    re.DOTALL,
)


def _publish(built: Path, folder: Path, gate: Gate) -> None:
    """Publish two pages, the results and the suite, that show the same on any machine.

    Great Expectations' pages take style and scripts from public hosts, which a hospital's network
    does not reach; its index and its paths by time of run serve many runs, and here is one.
    """
    style = f"<style>\n{STYLE.read_text(encoding='utf-8')}</style>\n</head>"
    aside = folder.with_name(f".{folder.name}")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir()
    for name, page in (
        ("index.html", next(built.glob("validations/**/*.html"))),
        ("suite.html", built / "expectations" / f"{gate}.html"),
    ):
        text = _FOREIGN.sub("", page.read_text(encoding="utf-8")).replace("</head>", style, 1)
        text = re.sub(r'href="[./]*index\.html"', 'href="index.html"', text)
        text = re.sub(rf'href="[./]*expectations/{gate}\.html"', 'href="suite.html"', text)
        (aside / name).write_text(text, encoding="utf-8")
    aside.rename(folder)
