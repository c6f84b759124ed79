"""The Airflow of the sample site: its settings, with everything it keeps under var/airflow.

SQLite holds its metadata, and nothing of it is reached from another machine.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SITE = ROOT / "var" / "site"
HOME = ROOT / "var" / "airflow"
COMMAND = Path(sys.executable).with_name("airflow")


def environment(site: Path = SITE, home: Path = HOME) -> dict[str, str]:
    """The environment in which Airflow's commands work on a site."""
    return {
        **os.environ,
        # Airflow starts its own parts by name.
        "PATH": f"{COMMAND.parent}{os.pathsep}{os.environ['PATH']}",
        "PBC_SITE": str(site),
        "AIRFLOW_HOME": str(home),
        # Scheduler, server and commands write to one file: who comes second waits a while.
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db?timeout=120",
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW__API__HOST": "127.0.0.1",
    }


def migrate(home: Path = HOME) -> "subprocess.Popen[bytes]":
    """Start making or bringing up to date Airflow's metadata; takes seconds, beside other work."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "migrate.log").open("wb") as log:
        return subprocess.Popen(
            [COMMAND, "db", "migrate"],
            env=environment(home=home),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
