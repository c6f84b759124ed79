"""Starts Airflow with its UI on the sample site, at an address of this machine alone.

The UI's port is 8080 unless `PORT` says otherwise. Ctrl-C ends it all.
"""

import json
import os
import signal
import sys
import time
from typing import Any

from embedded_airflow import HOME, PASSWORDS, SITE, AirflowError, environment, started


def main() -> None:
    if not SITE.exists():
        raise SystemExit("There is no sample site yet: run 'make statements' first.")
    port = int(os.environ.get("PORT", "8080"))
    # A shell that starts this in the background has it ignore Ctrl-C; kill is to work as well.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    print(f"Starting Airflow (logs: {HOME}/*.log) ...", flush=True)
    try:
        with started(environment(port=port)) as parts:
            passwords = (HOME / PASSWORDS).read_text(encoding="utf-8")
            for user, password in json.loads(passwords).items():
                print(
                    f"Airflow is at http://127.0.0.1:{port}, user {user}, password {password}",
                    flush=True,
                )
            while True:
                parts.check()
                time.sleep(1)
    except AirflowError as error:
        raise SystemExit(str(error)) from None
    except KeyboardInterrupt:
        print("Airflow is stopped.", flush=True)


def _interrupt(_number: int, _frame: Any) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
