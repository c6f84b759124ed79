"""The shape of the DAG `monthly_statements`, and what its tasks make of their parameters."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from transforms.airflow_tasks import share_out

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.xdist_group("airflow")

# The tasks in the order of the flow; each waits for the one before.
FLOW = [
    "land",
    "already_closed",
    "gate_feed",
    "episodes",
    "gate_episodes",
    "spells",
    "prices",
    "attribution",
    "gate_charges",
    "ledger",
    "position",
    "statements",
    "gate_statements",
    "practices",
    "documents",
    "commissioner_documents",
]


@pytest.fixture(scope="module")
def dag() -> Any:
    from airflow.dag_processing.dagbag import DagBag

    return DagBag(dag_folder=str(ROOT / "dags")).dags["monthly_statements"]


@pytest.fixture(scope="module")
def module() -> Any:
    import runpy

    return runpy.run_path(str(ROOT / "dags" / "monthly_statements.py"))


def test_the_tasks_are_the_stages_in_order(dag: Any) -> None:
    tasks = [task.task_id for task in dag.topological_sort()]
    assert [task for task in tasks if task != "verify"] == FLOW
    assert dag.get_task("verify").upstream_task_ids == {"already_closed"}
    assert dag.get_task("verify").downstream_task_ids == set()
    for earlier, later in pairwise(FLOW):
        assert earlier in dag.get_task(later).upstream_task_ids


def test_the_groups_read_like_the_flow(dag: Any) -> None:
    groups = {group_id: sorted(group.children) for group_id, group in dag.task_group_dict.items()}
    assert groups == {
        "records": [
            "already_closed",
            "episodes",
            "gate_episodes",
            "gate_feed",
            "land",
            "spells",
            "verify",
        ],
        "charges": ["attribution", "gate_charges", "prices"],
        "accounts": ["gate_statements", "ledger", "position", "statements"],
        "rendering": ["commissioner_documents", "documents", "practices"],
    }


def test_only_the_last_task_says_that_statements_are_there(dag: Any) -> None:
    outlets = {task.task_id: [asset.name for asset in task.outlets] for task in dag.tasks}
    assert outlets.pop("commissioner_documents") == ["statements"]
    assert not any(outlets.values())


@pytest.mark.parametrize("period", ["2004-13", "2004-9", "September", "2004-09-01"])
def test_a_period_that_is_none_is_refused_before_the_run(dag: Any, period: str) -> None:
    from airflow.sdk.exceptions import ParamValidationError

    with pytest.raises(ParamValidationError):
        dag.params.get_param("period").resolve(period)


@pytest.mark.parametrize(
    ("practices", "sizes"),
    [(0, []), (1, [1]), (5, [5]), (6, [3, 3]), (13, [5, 4, 4]), (80, [5] * 16), (400, [25] * 16)],
)
def test_practices_are_shared_out_evenly_over_few_tasks(
    module: Any, practices: int, sizes: list[int]
) -> None:
    codes = [f"Y{number:05d}" for number in range(practices)]
    shared = share_out(codes, each=module["PRACTICES_A_CHUNK"], most=module["MOST_CHUNKS"])
    assert [len(chunk) for chunk in shared] == sizes
    assert sorted(code for chunk in shared for code in chunk) == codes


class Run:
    def __init__(self, run_type: str) -> None:
        self.run_type = run_type


def test_a_scheduled_run_closes_the_month_of_its_interval(module: Any) -> None:
    from datetime import UTC, datetime

    context = {
        "dag_run": Run("scheduled"),
        "data_interval_start": datetime(2004, 9, 1, tzinfo=UTC),
    }
    assert module["_month_of_the_interval"](context) == "2004-09"


def test_a_run_by_hand_must_name_its_month(module: Any) -> None:
    from transforms.errors import UsageError

    with pytest.raises(UsageError, match="Say which month to close"):
        module["_month_of_the_interval"]({"dag_run": Run("manual")})
