"""What is told of a run that is late."""

import logging
import socket
from typing import Any

import pytest

from transforms.alerts import ALERTS_TO, deadline_missed

RUN = {
    "dag_run": {
        "dag_id": "month_end",
        "dag_run_id": "backfill__2004-10-14T05:00:00+00:00",
        "logical_date": "2004-09-01T00:00:00Z",
    }
}


def test_a_late_run_is_named_on_the_log(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(ALERTS_TO, raising=False)
    with caplog.at_level(logging.ERROR):
        deadline_missed(RUN)
    assert "Late: month_end of 2004-09" in caplog.text
    assert "The run backfill__2004-10-14T05:00:00+00:00 of month_end" in caplog.text


def test_a_late_run_is_mailed_where_addresses_are_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """By Airflow's own settings: here to a mail server on loopback."""
    from aiosmtpd.controller import Controller

    received: list[Any] = []

    class Inbox:
        async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
            received.append(envelope)
            return "250 OK"

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(Inbox(), hostname="127.0.0.1", port=port)
    server.start()
    try:
        for key, value in {
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(port),
            "SMTP_STARTTLS": "False",
            "SMTP_SSL": "False",
            "SMTP_MAIL_FROM": "airflow@example.nhs.uk",
        }.items():
            monkeypatch.setenv(f"AIRFLOW__SMTP__{key}", value)
        monkeypatch.setenv(ALERTS_TO, "a@example.nhs.uk, b@example.nhs.uk")
        # A login is one of the environment, as in a callback's process.
        monkeypatch.setenv("AIRFLOW_CONN_SMTP_DEFAULT", "smtp://")
        deadline_missed(RUN)
    finally:
        server.stop()
    [envelope] = received
    assert envelope.rcpt_tos == ["a@example.nhs.uk", "b@example.nhs.uk"]
    assert b"Subject: Late: month_end of 2004-09" in envelope.content
