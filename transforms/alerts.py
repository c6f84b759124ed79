"""Alerts: what is told when a run of Airflow has missed its deadline."""

import html
import logging
import os
from typing import Any

ALERTS_TO = "PBC_ALERTS_TO"

log = logging.getLogger(__name__)


def deadline_missed(context: dict[str, Any] | None = None, **_: Any) -> None:
    """Say that a run is late: on the log, and by mail to the addresses in `$PBC_ALERTS_TO`.

    Mail goes by Airflow's own settings ([email], [smtp]). `context` is what Airflow gives to the
    callback of a deadline; the message has the names of DAG and run, and the parameters.
    """
    run = (context or {}).get("dag_run") or {}
    told = {
        key: run.get(key) if isinstance(run, dict) else getattr(run, key, None) for key in _TOLD
    }
    subject = f"Late: {told['dag_id']} {told['run_id']}"
    text = (
        f"The run {told['run_id']} of {told['dag_id']} has not come to its end by its deadline "
        f"(parameters: {told['conf'] or 'none'}). Look at its tasks in Airflow: a failed one says "
        "what to do."
    )
    log.error("%s. %s", subject, text)
    addresses = [each.strip() for each in os.environ.get(ALERTS_TO, "").split(",") if each.strip()]
    if addresses:
        from airflow.utils.email import send_email

        send_email(addresses, subject, f"<p>{html.escape(text)}</p>")


_TOLD = ("dag_id", "run_id", "conf")
