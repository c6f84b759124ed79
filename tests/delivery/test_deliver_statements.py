"""The DAG `deliver_statements` under a real scheduler, answered by a person through Airflow's API.

The asset's event is made through the API, as another Airflow's or a script's would be. The same
month of one site is asked about: nobody answers, a person rejects, a person approves.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.delivery import small_site
from tests.delivery.mail_server import MailServer
from tests.delivery.small_site import COMMISSIONER, PERIOD, SmallSite, address, passphrase
from tests.running_airflow import RunningAirflow, running_airflow
from transforms.delivery import audit, sending

DAG = "deliver_statements"
PRACTICES = ("Y90001", "Y90002")

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("running_airflow")]


@pytest.fixture(scope="module")
def mail(certificate: Path) -> Iterator[MailServer]:
    with MailServer(certificate) as server:
        yield server


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, mail: MailServer) -> SmallSite:
    """Two practices; the secrets come from Airflow's secrets backend."""
    made = small_site.make(tmp_path_factory.mktemp("delivered"), PRACTICES)
    made.delivery["smtp"] = mail.settings()
    made.delivery["secrets"] = {"airflow_variable": "delivery_secrets"}
    made.secrets.unlink()
    made.load()
    return made


@pytest.fixture(scope="module")
def airflow(site: SmallSite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningAirflow]:
    secrets = {"passphrases": {code: passphrase(code) for code in PRACTICES}}
    with running_airflow(
        site.directory,
        tmp_path_factory.mktemp("airflow"),
        AIRFLOW_VAR_DELIVERY_SECRETS=json.dumps(secrets),
        AIRFLOW__SCHEDULER__TRIGGER_TIMEOUT_CHECK_INTERVAL="1",
    ) as running:
        running.know(DAG)
        yield running


def emit(airflow: RunningAirflow) -> str:
    """Say that the statements are there; gives the run that follows."""
    before = {run["dag_run_id"] for run in airflow.runs(DAG)}
    [asset] = airflow.wait_for(
        "the asset", lambda: airflow.ask("GET", "/api/v2/assets?name_pattern=statements")["assets"]
    )
    airflow.ask(
        "POST",
        "/api/v2/assets/events",
        {
            "asset_id": asset["id"],
            "extra": {"commissioner": COMMISSIONER, "period": str(PERIOD), "folder": "of r1"},
        },
    )
    return airflow.wait_for(
        "a run", lambda: {run["dag_run_id"] for run in airflow.runs(DAG)} - before
    ).pop()


def question(airflow: RunningAirflow, run: str) -> str:
    """Wait for the question of a run; gives where it is answered."""
    airflow.wait_for(
        f"the question of {run}",
        lambda: (
            airflow.states(DAG, run).get(("approval", 0)) == "awaiting_input"
            and airflow.has_parked(DAG, run, "approval")
        ),
    )
    return f"/api/v2/dags/{DAG}/dagRuns/{run}/taskInstances/approval/0/hitlDetails"


def end(airflow: RunningAirflow, run: str) -> tuple[str, dict[tuple[str, int], str]]:
    """Wait for the end of a run; gives its state and its tasks'."""
    return airflow.end(DAG, run), airflow.states(DAG, run)


def test_no_answer_in_time_then_a_rejection_then_an_approval(
    airflow: RunningAirflow, site: SmallSite, mail: MailServer
) -> None:
    # Nobody answers.
    site.delivery["approval_hours"] = 20 / 3600
    site.load()
    state, tasks = end(airflow, emit(airflow))
    assert (state, tasks["approval", 0]) == ("success", "success")
    assert told(site) == [(code, "rejected", "nobody in time (Airflow)") for code in PRACTICES]
    assert mail.delivered == []

    # A person rejects.
    site.delivery["approval_hours"] = 1
    site.load()
    run = emit(airflow)
    asked_at = question(airflow, run)
    asked = airflow.ask("GET", asked_at)
    assert asked["subject"] == "Send the statements of 2004-09 of 5XA?"
    assert "2 statements of **2004-09**, revision 1" in asked["body"]
    assert (asked["options"], asked["defaults"]) == (["Approve", "Reject"], ["Reject"])
    airflow.ask("PATCH", asked_at, {"chosen_options": ["Reject"]})
    assert end(airflow, run)[0] == "success"
    assert mail.delivered == []
    assert told(site)[-2:] == [(code, "rejected", "admin (Airflow)") for code in PRACTICES]

    # A person approves.
    run = emit(airflow)
    airflow.ask("PATCH", question(airflow, run), {"chosen_options": ["Approve"]})
    state, tasks = end(airflow, run)
    assert state == "success"
    assert (tasks["send", 0], tasks["record", -1]) == ("success", "success")
    assert sorted(each.recipient for each in mail.delivered) == [address(c) for c in PRACTICES]
    assert told(site)[-2:] == [(code, "approved", "admin (Airflow)") for code in PRACTICES]

    # And once more, which sends nothing again.
    run = emit(airflow)
    airflow.ask("PATCH", question(airflow, run), {"chosen_options": ["Approve"]})
    assert end(airflow, run)[0] == "success"
    assert len(mail.delivered) == 2
    assert {each.state for each in sending.listed(site.load(), COMMISSIONER)} == {"sent"}

    # What was changed after the question was asked is not what was approved.
    run = emit(airflow)
    asked_at = question(airflow, run)
    site.recipients([(code, address("Y90001"), "", "") for code in PRACTICES])
    airflow.ask("PATCH", asked_at, {"chosen_options": ["Approve"]})
    state, tasks = end(airflow, run)
    assert (state, tasks["decisions", -1]) == ("failed", "failed")
    assert len(mail.delivered) == 2

    # Airflow was told neither a passphrase nor anything of a patient.
    everything = airflow.kept()
    assert "Send the statements of 2004-09" in everything
    for code in PRACTICES:
        assert passphrase(code) not in everything
        charges = pq.read_table(site.folder / code / "charges.parquet").to_pylist()
        numbers = {row["nhs_number"] for row in charges if row["nhs_number"]}
        assert numbers
        assert [number for number in numbers if number in everything] == []


def told(site: SmallSite) -> list[tuple[str, str, str]]:
    return [
        (each.practice_code, each.what, each.who)
        for each in audit.entries(site.load(), COMMISSIONER)
        if each.what in ("approved", "rejected")
    ]
