"""An Airflow of this machine alone: its settings, and starting and stopping its parts.

`make airflow`, tests and benchmarks run it. Its parts are those that `airflow standalone` starts,
less the servers of log files, which would listen to other machines; here every part reads the same
disk. SQLite holds its metadata unless a database is given.
"""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SITE = ROOT / "var" / "site"
HOME = ROOT / "var" / "airflow"
COMMAND = Path(sys.executable).with_name("airflow")
PASSWORDS = "simple_auth_manager_passwords.json.generated"

STARTS_WITHIN_SECONDS = 300
STOPS_WITHIN_SECONDS = 30
PARTS = {
    "api-server": ["api-server"],
    "scheduler": ["scheduler", "--skip-serve-logs"],
    "dag-processor": ["dag-processor"],
    "triggerer": ["triggerer", "--skip-serve-logs"],
}

Environment = dict[str, str]


class AirflowError(Exception):
    """Airflow did not start, or a part of it ended by itself; the text says where to look."""


def environment(
    site: Path = SITE, home: Path = HOME, *, port: int = 8080, database: str | None = None
) -> Environment:
    """The environment in which Airflow's parts and commands work on a site.

    `database` is the address of a PostgreSQL database, as SQLAlchemy has it.
    """
    return {
        **os.environ,
        # Airflow starts its own parts by name.
        "PATH": f"{COMMAND.parent}{os.pathsep}{os.environ['PATH']}",
        "PBC_SITE": str(site),
        "AIRFLOW_HOME": str(home),
        # On SQLite, scheduler, server and commands write to one file: who comes second waits.
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": database
        or f"sqlite:///{home}/airflow.db?timeout=120",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": f"http://127.0.0.1:{port}",
    }


def free_port() -> int:
    """A port of loopback that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def migrate(environ: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    """Start making or bringing up to date Airflow's metadata; takes seconds, beside other work."""
    home = Path(environ["AIRFLOW_HOME"])
    home.mkdir(parents=True, exist_ok=True)
    with (home / "migrate.log").open("wb") as log:
        return subprocess.Popen(
            [COMMAND, "db", "migrate"],
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )


@dataclass(frozen=True)
class Parts:
    """Airflow's running parts; each writes to a log of its name in the home."""

    home: Path
    processes: Mapping[str, "subprocess.Popen[bytes]"]

    def check(self) -> None:
        """Raise AirflowError where a part has ended by itself."""
        for name, process in self.processes.items():
            if process.poll() is not None:
                log = self.log(name)
                raise AirflowError(
                    f"Airflow's {name} has ended with {process.returncode}: see {log}\n"
                    f"{last_lines(log)}"
                )

    def log(self, name: str) -> Path:
        return self.home / f"{name}.log"


@contextlib.contextmanager
def started(environ: Mapping[str, str]) -> Iterator[Parts]:
    """Airflow's parts, with its metadata made; stopped again with whatever they started.

    Yields once the server answers. Raises AirflowError where it does not.
    """
    home = Path(environ["AIRFLOW_HOME"])
    if migrate(environ).wait() != 0:
        log = home / "migrate.log"
        raise AirflowError(f"Airflow could not make its metadata: see {log}\n{last_lines(log)}")
    processes: dict[str, subprocess.Popen[bytes]] = {}
    parts = Parts(home, processes)
    try:
        for name, arguments in PARTS.items():
            with parts.log(name).open("wb") as log_file:
                # In a session of its own, so that Ctrl-C reaches it through `stop` alone.
                processes[name] = subprocess.Popen(
                    [COMMAND, *arguments],
                    env=environ,
                    stdin=subprocess.DEVNULL,
                    stdout=log_file,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
        _wait_for_server(int(environ["AIRFLOW__API__PORT"]), parts)
        yield parts
    finally:
        _stop(processes)


def last_lines(log: Path, count: int = 15) -> str:
    """The end of a log."""
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-count:])


def _wait_for_server(port: int, parts: Parts) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_SECONDS
    while time.monotonic() < deadline:
        parts.check()
        server = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            server.request("GET", "/api/v2/monitor/health")
            if server.getresponse().status == http.client.OK:
                return
        except (OSError, http.client.HTTPException):
            pass
        finally:
            server.close()
        time.sleep(0.5)
    log = parts.log("api-server")
    raise AirflowError(f"Airflow did not answer in time: see {log}\n{last_lines(log)}")


def _stop(processes: Mapping[str, "subprocess.Popen[bytes]"]) -> None:
    """Ask every part to end, and end what does not, with whatever it started."""
    for process in processes.values():
        process.terminate()
    deadline = time.monotonic() + STOPS_WITHIN_SECONDS
    for process in processes.values():
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=max(0.0, deadline - time.monotonic()))
        # Also what a part left behind.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
