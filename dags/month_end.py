"""### Each commissioner's month, on the statement day

Runs on the site's statement day (`[statements] statement_working_day` of site.toml), for the month
before it: starts a run of `monthly_statements` for each commissioner and waits for it. One run at a
time, each month after the one before. A month of a commissioner that did not come to its end stops
that commissioner's next one, and no other's.

Missed months run in order through Airflow's backfill:

    airflow backfill create --dag-id month_end --from-date 2004-04-01 --to-date 2004-09-01 \\
        --max-active-runs 1

A schedule does not say where a commissioner's books begin: its first month is one of a backfill, or
closed by hand. After a failure is mended, the same with `--reprocess-behavior failed` goes on from
there. It is paused until somebody turns it on; a paused DAG runs no backfill either.
"""

from datetime import UTC, datetime, timedelta

from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import (
    DeadlineAlert,
    SyncCallback,
    dag,
    get_current_context,
    task,
    task_group,
)

from transforms.airflow_plugin import RunBegun, StatementDay, statement_working_day
from transforms.airflow_tasks import default_args, site_of_task

# From six in the morning to the end of the working day.
ISSUED_WITHIN = timedelta(hours=11)


@dag(
    schedule=StatementDay(statement_working_day()),
    start_date=datetime(2004, 4, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=True,
    doc_md=__doc__,
    default_args=default_args(),
    deadline=DeadlineAlert(
        reference=RunBegun(),
        interval=ISSUED_WITHIN,
        callback=SyncCallback("transforms.alerts.deadline_missed"),
        name="issued by the end of the statement day",
    ),
    tags=["statements"],
)
def month_end() -> None:
    @task
    def commissioners() -> list[str]:
        """Lists the commissioners of the site."""
        with site_of_task() as site:
            return [each.code for each in site.config.commissioners]

    @task_group(tooltip="One commissioner's month")
    def commissioner(code: str) -> None:
        # A mapped task does not take its documentation from the function.
        @task(
            doc_md="Asks the books whether the month before has come to its end, documents and "
            "all. Gives the name of the run to start.",
            map_index_template="{{ commissioner }}",
        )
        def month_before(code: str, period: str) -> str:
            from transforms import month_end
            from transforms.periods import Period

            run_type = get_current_context()["dag_run"].run_type
            with site_of_task() as site:
                month_end.require_month_before(
                    site, code, Period.parse(period), may_be_first=run_type != "scheduled"
                )
            get_current_context()["commissioner"] = code
            return f"month_end__{code}__{period}"

        TriggerDagRunOperator(
            task_id="monthly_statements",
            trigger_dag_id="monthly_statements",
            trigger_run_id=month_before(code, "{{ data_interval_start.strftime('%Y-%m') }}"),
            conf={
                "commissioner": code,
                "period": "{{ data_interval_start.strftime('%Y-%m') }}",
            },
            reset_dag_run=True,
            wait_for_completion=True,
            poke_interval=5,
            deferrable=True,
            # What failed in the run is tried again there.
            retries=0,
            doc_md="Starts the run of `monthly_statements` and waits for it. It fails as that run "
            "does: mend what its failed task says, clear it there, then clear this task.",
        )

    commissioner.expand(code=commissioners())


month_end()
