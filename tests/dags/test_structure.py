"""What every DAG owes the people who watch it: it loads at once, says what it does, tries again."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "dags").glob("*.py"))

pytestmark = pytest.mark.xdist_group("airflow")

# Imports a DAG file as Airflow's processor does, with Airflow and its plugins imported before, and
# prints the processor time that took and which of the heavy packages came with it.
_IMPORT = """
import runpy, sys, time
import airflow.dag_processing.processor
import transforms.airflow_plugin
already = set(sys.modules)
before = time.process_time()
runpy.run_path(sys.argv[1])
print(time.process_time() - before)
heavy = {"duckdb", "great_expectations", "pandas", "pyarrow", "weasyprint"} - already
print(*sorted(heavy & set(sys.modules)))
"""


@pytest.fixture(scope="module")
def dags() -> dict[str, Any]:
    """Every DAG by its name, as Airflow loads them."""
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(dag_folder=str(ROOT / "dags"), collect_dags=True)
    assert bag.import_errors == {}
    return dict(bag.dags)


def test_every_file_holds_the_dag_of_its_name(dags: dict[str, Any]) -> None:
    assert sorted(dags) == [file.stem for file in FILES]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_file_is_imported_in_under_a_second(file: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _IMPORT, str(file)], capture_output=True, text=True, check=True
    )
    seconds, heavy = done.stdout.splitlines()[-2:]
    assert float(seconds) < 1
    assert heavy == ""


def test_every_dag_and_task_says_what_it_does(dags: dict[str, Any]) -> None:
    for dag in dags.values():
        assert dag.doc_md
        assert [task.task_id for task in dag.tasks if not task.doc_md] == []


def test_every_task_is_tried_again_later_each_time(dags: dict[str, Any]) -> None:
    for dag in dags.values():
        for task in dag.tasks:
            if task.task_type == "TriggerDagRunOperator":
                continue  # it only waits for a run, whose own tasks are tried again
            assert task.retries >= 2
            assert task.retry_exponential_backoff
            assert task.max_retry_delay is not None


def test_no_rule_of_airflow_3_is_broken() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--select", "AIR3", "dags"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
