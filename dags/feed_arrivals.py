"""### Feed files that appear in an inbox

Looks every ten minutes, and lands the inbox of each commissioner whose files have been quiet for a
while, so that a file is not taken while it is still being copied. The asset `feeds` says that
something was landed. Held and refused files are told in the log, and by `pbc status`.
"""

import logging
from datetime import UTC, datetime, timedelta

from airflow.sdk import Asset, dag, get_current_context, task

from transforms.airflow_tasks import default_args, site_of_task

FEEDS = Asset("feeds")

QUIET_SECONDS = 120

log = logging.getLogger("airflow.task")


@dag(
    schedule=timedelta(minutes=10),
    start_date=datetime(2004, 4, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=True,
    doc_md=__doc__,
    default_args=default_args(),
    tags=["statements"],
)
def feed_arrivals() -> None:
    @task
    def waiting() -> list[str]:
        """Lists the commissioners in whose inbox files lie that nobody is still writing."""
        import time

        from transforms.land import inbox_is_quiet

        since = time.time() - QUIET_SECONDS
        with site_of_task() as site:
            codes = [each.code for each in site.config.commissioners]
            return [code for code in codes if inbox_is_quiet(site, code, since)]

    # A mapped task does not take its documentation from the function.
    @task(
        outlets=[FEEDS],
        map_index_template="{{ task.op_kwargs['code'] }}",
        doc_md="Lands every file of a commissioner's inbox into the record log, and says so.",
    )
    def land(code: str) -> None:
        from transforms import land

        with site_of_task() as site:
            files = land.land_inbox(site, code)
        for file in files:
            log.info("%s: %s. %s", file.file_name, file.outcome, file.message)
        outcomes = [file.outcome for file in files]
        get_current_context()["outlet_events"][FEEDS].extra = {
            "commissioner": code,
            **{outcome: outcomes.count(outcome) for outcome in sorted(set(outcomes))},
        }

    land.expand(code=waiting())


feed_arrivals()
