"""A real Airflow for tests, on PostgreSQL: scheduler, API server, DAG processor and triggerer.

Each has a home and a database of its own, with nothing of it reached from another machine. A test
asks it through its API, as one who has signed in. Whoever waits for something that does not come is
told what Airflow's parts said last.
"""

import contextlib
import json
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import psycopg2

from scripts.embedded_airflow import (
    PASSWORDS,
    ROOT,
    Parts,
    environment,
    free_port,
    last_lines,
    started,
)

ENDED = ("success", "failed")
LONGEST_WAIT_SECONDS = 1800

# Airflow reads it from its home. What fails for once is tried again at once.
SETTINGS = """
from datetime import timedelta

def task_policy(task):
    task.retry_delay = timedelta(seconds=0)
"""

Found = TypeVar("Found")


@dataclass
class RunningAirflow:
    """An Airflow that runs, and its API as one who has signed in."""

    home: Path
    database: str
    address: str
    user: str
    password: str
    environ: Mapping[str, str] = field(repr=False)
    parts: Parts = field(repr=False)
    token: str = field(default="", repr=False)

    def ask(self, method: str, path: str, content: Any = None) -> Any:
        """The API's answer. Raises URLError where it refuses."""
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

    def sign_in(self) -> None:
        asked = {"username": self.user, "password": self.password}
        self.token = self.ask("POST", "/auth/token", asked)["access_token"]

    def wait_for(self, what: str, found: Callable[[], Found | None]) -> Found:
        """What is found once there is something. Fails where it does not come."""
        deadline = time.monotonic() + LONGEST_WAIT_SECONDS
        refusal: Exception | None = None
        while time.monotonic() < deadline:
            self.parts.check()
            try:
                if there := found():
                    return there
            except (urllib.error.URLError, ConnectionError, TimeoutError) as error:
                refusal = error
            time.sleep(0.3)
        raise AssertionError(
            f"Waited {LONGEST_WAIT_SECONDS} s for {what} (last refusal: {refusal})\n"
            + "\n".join(
                f"--- {name}\n{last_lines(self.parts.log(name))}" for name in self.parts.processes
            )
        )

    def know(self, dag: str) -> None:
        """Wait until a DAG is known. Fails where a DAG file cannot be imported."""

        def known() -> bool:
            errors = self.ask("GET", "/api/v2/importErrors")["import_errors"]
            assert [each["stack_trace"] for each in errors] == []
            return bool(self.ask("GET", f"/api/v2/dags/{dag}"))

        self.wait_for(dag, known)

    def runs(self, dag: str) -> list[dict[str, Any]]:
        return list(self.ask("GET", f"/api/v2/dags/{dag}/dagRuns?limit=100")["dag_runs"])

    def tasks(self, dag: str, run: str) -> dict[tuple[str, int], dict[str, Any]]:
        """The task instances of a run, by task and place in the mapping (-1: not mapped)."""
        found = self.ask("GET", f"/api/v2/dags/{dag}/dagRuns/{run}/taskInstances?limit=100")
        return {(each["task_id"], each["map_index"]): each for each in found["task_instances"]}

    def states(self, dag: str, run: str) -> dict[tuple[str, int], str]:
        return {key: each["state"] for key, each in self.tasks(dag, run).items()}

    def end(self, dag: str, run: str) -> str:
        """Wait for the end of a run; gives its state."""

        def ended() -> str | None:
            state = self.ask("GET", f"/api/v2/dags/{dag}/dagRuns/{run}")["state"]
            return str(state) if state in ENDED else None

        return self.wait_for(f"the end of {run} of {dag}", ended)

    def has_parked(self, dag: str, run: str, task: str) -> bool:
        """Whether the scheduler has taken note that a task's process ended, which waits since.

        In Airflow 3.3 a task that goes on before that is taken for a failed one
        (apache/airflow#71580). A person is never so quick.
        """
        key = f"TaskInstanceKey(dag_id='{dag}', task_id='{task}', run_id='{run}'"
        noted = f"Received executor event with state success for task instance {key}"
        return noted in self.parts.log("scheduler").read_text(encoding="utf-8", errors="replace")

    def log(self, dag: str, run: str, task: str, map_index: int = -1) -> str:
        """What a task's last try wrote."""
        number = self.tasks(dag, run)[task, map_index]["try_number"]
        found = self.ask(
            "GET",
            f"/api/v2/dags/{dag}/dagRuns/{run}/taskInstances/{task}/logs/{number}"
            f"?map_index={map_index}&full_content=true",
        )
        return json.dumps(found["content"])

    def query(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Rows of the metadata, which a statement may change."""
        with (
            contextlib.closing(
                psycopg2.connect(self.database.replace("+psycopg2", ""))
            ) as connection,
            connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(sql, values)
            return list(cursor.fetchall()) if cursor.description else []

    def kept(self) -> str:
        """Everything that Airflow keeps: each row of its metadata, each file of its home."""
        tables = self.query("select tablename from pg_tables where schemaname = 'public'")
        told = [
            value.tobytes().decode("latin-1") if isinstance(value, memoryview) else str(value)
            for (table,) in tables
            for row in self.query(f'select * from "{table}"')
            for value in row
        ]
        told += [
            file.read_bytes().decode("latin-1")
            for file in sorted(self.home.rglob("*"))
            if file.is_file()
        ]
        return "\n".join(told)


@contextlib.contextmanager
def postgresql() -> Iterator[str]:
    """An empty database of a server of its own; gives its address."""
    script = ROOT / "scripts" / "postgresql"
    # A socket's path is short, which that of a test's own folder may not be.
    folder = tempfile.mkdtemp(prefix="pg-")
    subprocess.run([script, "start", folder], check=True)
    try:
        yield f"postgresql+psycopg2://postgres@/postgres?host={folder}"
    finally:
        subprocess.run([script, "stop", folder], check=True)


@contextlib.contextmanager
def running_airflow(
    site: Path, home: Path, settings: str = SETTINGS, **more: str
) -> Iterator[RunningAirflow]:
    """Airflow on a site. `settings` is its airflow_local_settings.py, `more` its environment."""
    (home / "config").mkdir(parents=True)
    (home / "config" / "airflow_local_settings.py").write_text(settings)
    port = free_port()
    with postgresql() as database:
        environ: Mapping[str, str] = {
            **environment(site, home, port=port, database=database),
            "AIRFLOW__API__WORKERS": "1",
            "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.2",
            # On a machine that does much else at the same time.
            "AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT": "60",
            "AIRFLOW__DAG_PROCESSOR__DAG_FILE_PROCESSOR_TIMEOUT": "300",
            "AIRFLOW__CORE__DAGBAG_IMPORT_TIMEOUT": "300",
            **more,
        }
        with started(environ) as parts:
            [(user, password)] = json.loads((home / PASSWORDS).read_text()).items()
            running = RunningAirflow(
                home, database, f"http://127.0.0.1:{port}", user, password, environ, parts
            )
            running.sign_in()
            yield running
