"""The DAG `deliver_statements` under a real scheduler, answered by a person through Airflow's API.

Airflow runs as it does for `make airflow`, on SQLite, with a home of its own; the asset's event is
made through the API, as another Airflow's or a script's would be. Three months of one site are
asked about: nobody answers, a person rejects, a person approves.
"""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.delivery import small_site
from tests.delivery.mail_server import MailServer
from tests.delivery.small_site import COMMISSIONER, PERIOD, SmallSite, address, passphrase
from transforms.delivery import audit, sending

ROOT = Path(__file__).resolve().parents[2]
AIRFLOW = Path(sys.executable).with_name("airflow")
DAG = "deliver_statements"
PRACTICES = ("Y90001", "Y90002")
ENDS_WITHIN = 900  # a task that meets a locked metadata database is tried again after minutes

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("airflow")]


@dataclass
class Airflow:
    """An Airflow that runs, and its API as one who has logged in."""

    home: Path
    address: str
    token: str = ""

    def ask(self, method: str, path: str, content: Any = None) -> Any:
        request = urllib.request.Request(  # noqa: S310
            f"{self.address}{path}",
            method=method,
            data=None if content is None else json.dumps(content).encode(),
            headers={
                "Content-Type": "application/json",
                **({"Authorization": f"Bearer {self.token}"} if self.token else {}),
            },
        )
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            return json.loads(answer.read() or b"null")

    def log_in(self) -> None:
        passwords = json.loads(
            (self.home / "simple_auth_manager_passwords.json.generated").read_text()
        )
        [(name, password)] = passwords.items()
        found = self.ask("POST", "/auth/token", {"username": name, "password": password})
        self.token = found["access_token"]

    def emit(self) -> str:
        """Say that the statements are there; gives the run that follows."""
        before = {run["dag_run_id"] for run in self.runs()}
        [asset] = self.ask("GET", "/api/v2/assets?name_pattern=statements")["assets"]
        self.ask(
            "POST",
            "/api/v2/assets/events",
            {
                "asset_id": asset["id"],
                "extra": {"commissioner": COMMISSIONER, "period": str(PERIOD), "folder": "of r1"},
            },
        )
        return str(wait_for(lambda: {run["dag_run_id"] for run in self.runs()} - before).pop())

    def runs(self) -> list[dict[str, Any]]:
        return list(self.ask("GET", f"/api/v2/dags/{DAG}/dagRuns")["dag_runs"])

    def tasks(self, run: str) -> dict[tuple[str, int], str]:
        found = self.ask("GET", f"/api/v2/dags/{DAG}/dagRuns/{run}/taskInstances")
        return {
            (each["task_id"], each["map_index"]): each["state"] for each in found["task_instances"]
        }

    def question(self, run: str) -> str:
        """Wait for the question of a run; gives where it is answered."""
        wait_for(lambda: self.tasks(run).get(("approval", 0)) == "awaiting_input")
        return f"/api/v2/dags/{DAG}/dagRuns/{run}/taskInstances/approval/0/hitlDetails"

    def end(self, run: str) -> tuple[str, dict[tuple[str, int], str]]:
        """Wait for the end of a run; gives its state and its tasks'."""
        state = wait_for(
            lambda: (
                next(each["state"] for each in self.runs() if each["dag_run_id"] == run)
                in ("success", "failed")
            )
        )
        assert state
        [found] = [each["state"] for each in self.runs() if each["dag_run_id"] == run]
        return found, self.tasks(run)


def wait_for(condition: Any) -> Any:
    deadline = time.monotonic() + ENDS_WITHIN
    while time.monotonic() < deadline:
        with contextlib.suppress(urllib.error.URLError, ConnectionError):
            found = condition()
            if found:
                return found
        time.sleep(0.5)
    raise AssertionError("Airflow did not come so far in time")


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
def airflow(site: SmallSite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Airflow]:
    home = tmp_path_factory.mktemp("airflow")
    (home / "dags").mkdir()
    shutil.copy(ROOT / "dags" / f"{DAG}.py", home / "dags")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")},
        "PATH": f"{AIRFLOW.parent}{os.pathsep}{os.environ['PATH']}",
        "PBC_SITE": str(site.directory),
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(home / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__PARALLELISM": "2",
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": f"http://127.0.0.1:{port}",
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__SCHEDULER__TRIGGER_TIMEOUT_CHECK_INTERVAL": "1",
        "AIRFLOW_VAR_DELIVERY_SECRETS": json.dumps(
            {"passphrases": {code: passphrase(code) for code in PRACTICES}}
        ),
    }
    with (home / "migrate.out").open("wb") as out:
        subprocess.run(
            [AIRFLOW, "db", "migrate"], env=environment, check=True, stdout=out, stderr=out
        )
    parts = []
    try:
        for part in (
            ["api-server"],
            ["scheduler", "--skip-serve-logs"],
            ["dag-processor"],
        ):
            with (home / f"{part[0]}.out").open("wb") as out:
                parts.append(
                    subprocess.Popen(
                        [AIRFLOW, *part],
                        env=environment,
                        stdout=out,
                        stderr=out,
                        start_new_session=True,
                    )
                )
        running = Airflow(home, f"http://127.0.0.1:{port}")
        wait_for(lambda: running.ask("GET", "/api/v2/monitor/health"))
        running.log_in()
        wait_for(lambda: running.ask("GET", "/api/v2/assets?name_pattern=statements")["assets"])
        yield running
    finally:
        for process in parts:
            process.terminate()
        for process in parts:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=30)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def test_no_answer_in_time_then_a_rejection_then_an_approval(
    airflow: Airflow, site: SmallSite, mail: MailServer
) -> None:
    # Nobody answers.
    site.delivery["approval_hours"] = 2 / 3600
    site.load()
    state, tasks = airflow.end(airflow.emit())
    assert (state, tasks["approval", 0]) == ("success", "success")
    assert told(site) == [(code, "rejected", "nobody in time (Airflow)") for code in PRACTICES]
    assert mail.delivered == []

    # A person rejects.
    site.delivery["approval_hours"] = 1
    site.load()
    run = airflow.emit()
    question = airflow.question(run)
    asked = airflow.ask("GET", question)
    assert asked["subject"] == "Send the statements of 2004-09 of 5XA?"
    assert "2 statements of **2004-09**, revision 1" in asked["body"]
    assert (asked["options"], asked["defaults"]) == (["Approve", "Reject"], ["Reject"])
    airflow.ask("PATCH", question, {"chosen_options": ["Reject"]})
    assert airflow.end(run)[0] == "success"
    assert mail.delivered == []
    assert told(site)[-2:] == [(code, "rejected", "admin (Airflow)") for code in PRACTICES]

    # A person approves.
    run = airflow.emit()
    airflow.ask("PATCH", airflow.question(run), {"chosen_options": ["Approve"]})
    state, tasks = airflow.end(run)
    assert state == "success"
    assert (tasks["send", 0], tasks["record", -1]) == ("success", "success")
    assert sorted(each.recipient for each in mail.delivered) == [address(c) for c in PRACTICES]
    assert told(site)[-2:] == [(code, "approved", "admin (Airflow)") for code in PRACTICES]

    # And once more, which sends nothing again.
    run = airflow.emit()
    airflow.ask("PATCH", airflow.question(run), {"chosen_options": ["Approve"]})
    assert airflow.end(run)[0] == "success"
    assert len(mail.delivered) == 2
    assert {each.state for each in sending.listed(site.load(), COMMISSIONER)} == {"sent"}

    # What was changed after the question was asked is not what was approved.
    run = airflow.emit()
    question = airflow.question(run)
    site.recipients([(code, address("Y90001"), "", "") for code in PRACTICES])
    airflow.ask("PATCH", question, {"chosen_options": ["Approve"]})
    state, tasks = airflow.end(run)
    assert (state, tasks["decisions", -1]) == ("failed", "failed")
    assert len(mail.delivered) == 2

    # Airflow was told neither a passphrase nor anything of a patient.
    kept = [file.read_bytes() for file in airflow.home.rglob("*") if file.is_file()]
    everything = b"\n".join(kept)
    assert b"Send the statements of 2004-09" in everything
    for code in PRACTICES:
        assert passphrase(code).encode() not in everything
        charges = pq.read_table(site.folder / code / "charges.parquet").to_pylist()
        numbers = {row["nhs_number"] for row in charges if row["nhs_number"]}
        assert numbers
        assert [number for number in numbers if number.encode() in everything] == []


def told(site: SmallSite) -> list[tuple[str, str, str]]:
    return [
        (each.practice_code, each.what, each.who)
        for each in audit.entries(site.load(), COMMISSIONER)
        if each.what in ("approved", "rejected")
    ]
