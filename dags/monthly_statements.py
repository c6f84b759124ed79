"""### One commissioner's month, from the inbox to the practices' statements

Lands what waits in the inbox, closes the period and renders every document. It sends nothing: the
asset `statements` says that packages and documents are there.

| parameter | |
|---|---|
| `commissioner` | ODS code; may be left out where the site serves one |
| `period` | `YYYY-MM`; a scheduled run takes the month of its data interval |

An earlier month that is closed already is not closed again: the run verifies it and changes
nothing. The asset is not emitted then.

The site is the directory named by `$PBC_SITE` of the workers. Every task may be run again: a stage
run twice is a stage run once. Periods close in order, and a commissioner's warehouse has one writer
at a time: a task that finds it in use waits and says for whom.

A task that fails for a reason that people must mend (a file, a setting, a gate) says which and does
not try again; any other failure is tried again, later each time.
"""

import contextlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow.sdk import TaskGroup, chain, dag, get_current_context, task

from transforms.airflow_plugin import ControlReport, DataDocs, Packages
from transforms.airflow_tasks import (
    STATEMENTS,
    default_args,
    month_params,
    share_out,
    site_of_task,
)

if TYPE_CHECKING:
    from transforms.periods import Period
    from transforms.site import Site

# How rendering is shared out: as few tasks as keep each small, since starting one takes seconds.
PRACTICES_A_CHUNK = 5
MOST_CHUNKS = 16

GATE_DOC = """
Stops the run where a critical expectation is not met; a warning goes on, and shows on control
report and statement. Thresholds stand in `[gates.{name}]` of site.toml, results and Data Docs in
`out/<commissioner>/<period>/gates/`. `pbc rows PERIOD {name}.FIGURE` shows the rows behind a
figure.
"""

log = logging.getLogger("airflow.task")


@dataclass(frozen=True)
class Subject:
    """Whose month a run is about."""

    site: "Site"
    code: str
    period: "Period"


@contextlib.contextmanager
def this_run() -> Iterator[Subject]:
    """The subject of the running task; users' errors end it with their text alone."""
    from transforms.periods import Period

    with site_of_task() as site:
        context = get_current_context()
        yield Subject(
            site,
            site.commissioner(context["params"]["commissioner"]).code,
            Period.parse(context["params"]["period"] or _month_of_the_interval(context)),
        )


def run_stage(stage: str) -> str:
    """Run a stage of the close and log its counts. Returns the path of the revision's folder."""
    from transforms import close

    with this_run() as run:
        done = close.run_stage(run.site, run.code, run.period, stage)
        log.info("%s in %.1f seconds: %s", stage, done.seconds, done.counts)
        return str(run.site.output(run.code, done.close.period, done.close.revision))


def _month_of_the_interval(context: Any) -> str:
    from transforms.errors import UsageError

    start = context.get("data_interval_start")
    if context["dag_run"].run_type == "manual" or start is None:
        raise UsageError("Say which month to close: the parameter period, as YYYY-MM.")
    return f"{start:%Y-%m}"


@dag(
    schedule=None,
    doc_md=__doc__,
    params=month_params("the month to close, YYYY-MM"),
    default_args=default_args(),
    tags=["statements"],
)
def monthly_statements() -> None:
    @task
    def land() -> None:
        """Lands every file of the commissioner's inbox into the record log.

        Landed files go to `archive/`, held ones to `held/`, refused ones to `refused/` with a
        report that says which rule, where, and the mend. A held or refused file stops nothing here.
        """
        from transforms import land

        with this_run() as run:
            for file in land.land_inbox(run.site, run.code):
                log.info("%s: %s. %s", file.file_name, file.outcome, file.message)

    @task.branch
    def already_closed() -> str:
        """Asks whether a later month is closed: then this one is verified and nothing changed."""
        from transforms import close

        with this_run() as run:
            known = close.is_closed_for_good(run.site, run.code, run.period)
            return "verify" if known else "gate_feed"

    @task
    def verify() -> None:
        """Works out every control total of a month that was closed before, from its outputs."""
        from transforms import verify
        from transforms.errors import ControlFailure

        with this_run() as run:
            report = verify.verify(run.site, run.code, run.period)
            if not report.holds:
                raise ControlFailure(
                    f"{len(report.differences)} control totals of {run.period} do not tie. "
                    f"'pbc verify {run.period}' shows them."
                )
            log.info("%s is closed: its %d control totals tie.", run.period, len(report.totals))

    @task
    def episodes() -> None:
        """Opens the close at a mark and works out which records are live, with their warnings."""
        run_stage("episodes")

    @task
    def spells() -> None:
        """Joins live episodes into hospital provider spells."""
        run_stage("spells")

    @task
    def prices() -> None:
        """Prices every spell against the tariff edition of its year, keeping each component."""
        run_stage("prices")

    @task
    def attribution() -> None:
        """Finds who answers for each spell, and why."""
        run_stage("attribution")

    @task
    def ledger() -> None:
        """Posts what changed since the last close, as charges and credits."""
        run_stage("ledger")

    @task
    def position() -> None:
        """Sets each practice's actual against its budget."""
        run_stage("position")

    @task
    def statements() -> str:
        """Makes the package of each practice; gives the path of the revision's folder."""
        return run_stage("statements")

    @task
    def practices(folder: str) -> list[list[str]]:
        """Shares the practices of the revision out over the tasks that render."""
        from transforms import package

        practices = list(package.read_manifest(Path(folder)).practices)
        return share_out(practices, each=PRACTICES_A_CHUNK, most=MOST_CHUNKS)

    # A mapped task does not take its documentation from the function.
    @task(
        map_index_template="{{ task.op_kwargs['codes'] | join(', ') }}",
        doc_md="Renders the statement and detail file of each practice of a chunk: PDF, HTML, "
        "XLSX, CSV.",
    )
    def documents(folder: str, codes: list[str]) -> None:
        from transforms import documents

        with this_run():
            # Chunks are rendered side by side by Airflow; within one there is no more to share.
            documents.render(Path(folder), codes, processes=1)

    @task(outlets=[STATEMENTS])
    def commissioner_documents(folder: str) -> None:
        """Renders the commissioner's summary and control report, and says that all is there."""
        from transforms import documents

        with this_run() as run:
            documents.render_commissioner(Path(folder))
            place = (run.code, str(run.period), Path(folder).name)
            ControlReport.push(get_current_context()["ti"], *place, "control_report.html")
            Packages.push(get_current_context()["ti"], *place, "packages.html")
            get_current_context()["outlet_events"][STATEMENTS].extra = {
                "commissioner": run.code,
                "period": str(run.period),
                "folder": folder,
            }

    def gate(name: str, guards: str) -> Any:
        """The task that stops the run where a gate's critical expectations are not met."""

        @task(task_id=f"gate_{name}", doc_md=f"{guards}\n{GATE_DOC.format(name=name)}")
        def judge() -> None:
            from transforms import close, gates

            with this_run() as run:
                DataDocs.push(
                    get_current_context()["ti"],
                    *(run.code, str(run.period), "gates", name, "index.html"),
                )
                result = close.pass_gate(run.site, run.code, run.period, name)
                log.info("Gate %s: %s", name, result.status)
                for line in gates.told(result):
                    log.warning(line)

        judged = judge()
        judged.operator.operator_extra_links = (DataDocs(),)
        return judged

    with TaskGroup("records", prefix_group_id=False, tooltip="What was submitted, and what stands"):
        gate_feed = gate("feed", "Is what was sent for the month fit to be closed?")
        land() >> already_closed() >> [gate_feed, verify()]
        live = episodes()
        gate_episodes = gate("episodes", "Do the live records look like a month of care?")
        stays = spells()
    with TaskGroup("charges", prefix_group_id=False, tooltip="What it costs, and whose it is"):
        charges = [prices(), attribution(), gate("charges", "May these charges be posted?")]
    with TaskGroup("accounts", prefix_group_id=False, tooltip="What changed, and what it leaves"):
        folder = statements()
        gate_statements = gate("statements", "Do books and packages tie, so that they may leave?")
        accounts = [ledger(), position(), folder, gate_statements]
    with TaskGroup("rendering", prefix_group_id=False, tooltip="What people read"):
        shared = practices(folder)
        rendered = documents.partial(folder=folder).expand(codes=shared)
        last = commissioner_documents(folder)
        last.operator.operator_extra_links = (ControlReport(), Packages())
        rendered >> last
    chain(gate_feed, live, gate_episodes, stays, *charges, *accounts, shared)


monthly_statements()
