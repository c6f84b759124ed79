"""Starts Airflow with its UI on the sample site, at an address of this machine alone.

These are the parts that `airflow standalone` starts, less the servers of log files, which would
listen to other machines; here every part reads the same disk. The UI's port is 8080 unless `PORT`
says otherwise. Ctrl-C ends it all.
"""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from typing import Any

from embedded_airflow import COMMAND, HOME, SITE, environment, migrate

PASSWORDS = HOME / "simple_auth_manager_passwords.json.generated"
STARTS_WITHIN_SECONDS = 180
STOPS_WITHIN_SECONDS = 30
PARTS = {
    "api-server": ["api-server"],
    "scheduler": ["scheduler", "--skip-serve-logs"],
    "dag-processor": ["dag-processor"],
    "triggerer": ["triggerer", "--skip-serve-logs"],
}

Parts = dict[str, "subprocess.Popen[bytes]"]


def main() -> None:
    if not SITE.exists():
        raise SystemExit("There is no sample site yet: run 'make statements' first.")
    port = int(os.environ.get("PORT", "8080"))
    print(f"Starting Airflow (logs: {HOME}/*.log) ...", flush=True)
    if migrate().wait() != 0:
        raise SystemExit(f"Airflow could not make its metadata: see {HOME / 'migrate.log'}")
    # A shell that starts this in the background has it ignore Ctrl-C; kill is to work as well.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    parts: Parts = {}
    try:
        for name, arguments in PARTS.items():
            parts[name] = start(name, arguments, port)
        wait_for_server(port, parts)
        for user, password in json.loads(PASSWORDS.read_text(encoding="utf-8")).items():
            print(
                f"Airflow is at http://127.0.0.1:{port}, user {user}, password {password}",
                flush=True,
            )
        while True:
            check(parts)
            time.sleep(1)
    except KeyboardInterrupt:
        print("Stopping Airflow ...", flush=True)
    finally:
        stop(parts)


def _interrupt(_number: int, _frame: Any) -> None:
    raise KeyboardInterrupt


def start(name: str, arguments: list[str], port: int) -> "subprocess.Popen[bytes]":
    """Start a part in a session of its own, so that Ctrl-C reaches it through `stop` alone."""
    with (HOME / f"{name}.log").open("wb") as log:
        return subprocess.Popen(
            [COMMAND, *arguments],
            env={
                **environment(),
                "AIRFLOW__API__PORT": str(port),
                "AIRFLOW__API__BASE_URL": f"http://127.0.0.1:{port}",
            },
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def wait_for_server(port: int, parts: Parts) -> None:
    """Return once the UI's server answers; end with a line where it does not come up."""
    deadline = time.monotonic() + STARTS_WITHIN_SECONDS
    while time.monotonic() < deadline:
        check(parts)
        server = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            server.request("GET", "/api/v2/monitor/health")
            server.getresponse()
            return
        except (OSError, http.client.HTTPException):
            time.sleep(1)
        finally:
            server.close()
    raise SystemExit(f"Airflow did not answer in time: see {HOME / 'api-server.log'}")


def check(parts: Parts) -> None:
    """End with a line where a part has ended by itself."""
    for name, part in parts.items():
        if part.poll() is not None:
            raise SystemExit(f"Airflow's {name} has ended: see {HOME / name}.log")


def stop(parts: Parts) -> None:
    """Ask every part to end, and end what does not, with whatever it started."""
    for part in parts.values():
        part.terminate()
    deadline = time.monotonic() + STOPS_WITHIN_SECONDS
    for part in parts.values():
        try:
            part.wait(timeout=max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(part.pid, signal.SIGKILL)
            part.wait()


if __name__ == "__main__":
    sys.exit(main())
