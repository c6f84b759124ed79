"""### A month's statements, from a person's approval to the practices

Runs when `monthly_statements` has packages and documents ready (asset `statements`), or by hand
with `commissioner` and `period`. It asks a person to approve each commissioner's month; without an
answer in `delivery.approval_hours` of site.toml it is rejected. With `delivery.auto_approve`, and
every gate passed without a warning, nobody is asked. Then each approved statement is sent to its
practice's recipients, once, and what came of it is recorded. Where the months of several
commissioners are ready, each is asked about and answered by itself, no trouble of one stops
another, and sending begins when all are answered.

What is approved is what was there when the question was asked: should a package, a document or the
list of recipients change before the answer, the answer counts for nothing.

Where `delivery.enabled` is false nothing is asked. `pbc outbox` shows which message stands where,
`pbc audit` who did what.
"""

import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import dag, get_current_context, task
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException

from transforms.airflow_tasks import (
    STATEMENTS,
    default_args,
    month_params,
    share_out,
    site_of_task,
)

if TYPE_CHECKING:
    from transforms.delivery.several_months import Due
    from transforms.site import Site

APPROVE, REJECT = "Approve", "Reject"

# How sending is shared out: as few tasks as keep each short.
PRACTICES_A_CHUNK = 25
MOST_CHUNKS = 16

log = logging.getLogger("airflow.task")


def asked_for(site: "Site", context: Any) -> list[tuple[str, str]]:
    """The commissioners and periods of a run: those of the asset's events, or of the parameters."""
    from transforms.errors import UsageError

    events = [
        event.extra
        for of_asset in (context.get("triggering_asset_events") or {}).values()
        for event in of_asset
    ]
    if events:
        if not all(event.keys() >= {"commissioner", "period"} for event in events):
            raise UsageError(
                "An event of the asset 'statements' does not say which month is ready: give its "
                'extra as {"commissioner": "...", "period": "YYYY-MM"}.'
            )
        return sorted({(str(event["commissioner"]), str(event["period"])) for event in events})
    if context["params"]["period"] is None:
        raise UsageError("Say which month to deliver: the parameter period, as YYYY-MM.")
    code = site.commissioner(context["params"]["commissioner"]).code
    return [(code, context["params"]["period"])]


@dag(
    schedule=[STATEMENTS],
    doc_md=__doc__,
    params=month_params("the month to deliver, YYYY-MM; a run by hand needs it"),
    # A mail server that is away may stay away for hours.
    default_args=default_args(
        retries=5, retry_delay=timedelta(minutes=5), max_retry_delay=timedelta(hours=4)
    ),
    tags=["statements"],
)
def deliver_statements() -> None:
    @task
    def months() -> "list[Due]":
        """The months that are to be delivered, each with a fingerprint of what is there."""
        from transforms.delivery import several_months

        with site_of_task() as site:
            if not site.config.delivery.enabled:
                log.info("Delivery is switched off in [delivery] of site.toml: nothing is asked.")
                return []
            return several_months.due(site, asked_for(site, get_current_context()))

    @task
    def questions(found: "list[Due]") -> list[dict[str, Any]]:
        """What a person is asked, a question a month; none where approval goes by itself."""
        from transforms.delivery import several_months

        with site_of_task() as site:
            return [
                {
                    "subject": each.subject,
                    "body": each.body,
                    "response_timeout": timedelta(hours=site.config.delivery.approval_hours),
                }
                for each in several_months.questions(site, found)
            ]

    @task(trigger_rule="none_failed")
    def decisions(found: "list[Due]", answers: Any) -> list[dict[str, Any]]:
        """Writes each answer down, and shares out over the tasks that send what may go."""
        from transforms.delivery import several_months

        given = [
            several_months.Answer(
                approved=answer["chosen_options"] == [APPROVE],
                who=f"{answer['responded_by_user']['name']} (Airflow)"
                if answer.get("responded_by_user")
                else "nobody in time (Airflow)",
            )
            for answer in answers or []
        ]
        with site_of_task() as site:
            return [
                {**month, "practices": part}
                for month in several_months.decide(site, found, given)
                for part in (
                    share_out(month["practices"], each=PRACTICES_A_CHUNK, most=MOST_CHUNKS)
                    or [[]] * bool(month["trouble"])
                )
            ]

    # A mapped task does not take its documentation from the function. Ten tries more, with the
    # waits of default_args, take twenty hours: delivery.retry_minutes comes to less by default.
    @task(
        retries=10,
        map_index_template="{{ task.op_kwargs['commissioner'] }} {{ task.op_kwargs['period'] }}",
        doc_md="Sends the approved statements of a chunk of practices. What the server puts off is "
        "tried again later; what it refuses, and what is unknown, waits for a person.",
    )
    def send(commissioner: str, period: str, practices: list[str], trouble: str) -> None:
        from transforms.delivery import sending
        from transforms.periods import Period

        if trouble:
            raise AirflowFailException(trouble)
        with site_of_task() as site:
            done = sending.send(site, commissioner, Period.parse(period), practices)
        for each in done.messages:
            log.info("%s: %s. %s", each.statement_number, each.state, each.reason)
        if done.stopped:
            raise AirflowException(done.stopped)
        waiting = sum(each.next_attempt is not None for each in done.messages)
        if waiting:
            raise AirflowException(f"{waiting} messages were put off by the server: see the log.")

    @task(trigger_rule="all_done")
    def record(found: "list[Due] | None", shared: list[dict[str, Any]] | None) -> None:
        """Tells how many messages stand where, and fails where some need a person."""
        from transforms.delivery import several_months

        if found is None or shared is None:
            raise AirflowFailException("Nothing was sent: a task before this one failed.")
        if not found:
            raise AirflowSkipException("There was nothing to deliver.")
        with site_of_task() as site:
            told = several_months.summaries(
                site, found, [each["trouble"] for each in shared if each["trouble"]]
            )
        for summary in told:
            log.info(summary.text)
        if not all(summary.settled for summary in told):
            raise AirflowFailException(" ".join(each.text for each in told if not each.settled))

    found = months()
    approval = HITLOperator.partial(
        task_id="approval",
        options=[APPROVE, REJECT],
        defaults=REJECT,
        doc_md="Waits for a person's answer in Airflow's UI. No answer in time is a rejection.",
    ).expand_kwargs(questions(found))
    shared = decisions(found, approval.output)
    send.expand_kwargs(shared) >> record(found, shared)


deliver_statements()
