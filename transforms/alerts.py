"""Alerts: what is told when a run of `month_end` has missed its deadline."""

import html
import logging
import os
from typing import Any

ALERTS_TO = "PBC_ALERTS_TO"

log = logging.getLogger(__name__)


def deadline_missed(context: dict[str, Any], **_: Any) -> None:
    """Say that a month is late: on the log, and by mail to the addresses in `$PBC_ALERTS_TO`.

    `context` is what Airflow gives to the callback of a deadline: its `dag_run` is the run as the
    API tells it, whose logical date is the first day of the month. Mail goes by Airflow's own
    settings ([email], [smtp]).
    """
    run = context["dag_run"]
    month = str(run["logical_date"])[:7]
    subject = f"Late: {run['dag_id']} of {month}"
    text = (
        f"The run {run['dag_run_id']} of {run['dag_id']}, which closes {month}, has not come to "
        "its end by its deadline. Look at its tasks in Airflow: a failed one says what to do."
    )
    log.error("%s. %s", subject, text)
    addresses = [each.strip() for each in os.environ.get(ALERTS_TO, "").split(",") if each.strip()]
    if addresses:
        from airflow.sdk.configuration import conf
        from airflow.utils.email import send_email

        # Airflow refuses its stored connections to a deadline's callback, and the mail with them.
        # One of the environment comes before those; where there is none, this one has no login.
        name = conf.get("email", "email_conn_id", fallback="smtp_default")
        os.environ.setdefault(f"AIRFLOW_CONN_{name.upper()}", "smtp://")
        send_email(addresses, subject, f"<p>{html.escape(text)}</p>")
