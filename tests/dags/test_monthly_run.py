"""Whole runs of `monthly_statements` on the sample site, by Airflow's own `dag.test()`.

One process runs every task in turn, as the scheduler would have them run, against a real metadata
database. September is what runs; April to August are closed beforehand.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests import sample_site
from transforms.gate_figures import GATES

ROOT = Path(__file__).resolve().parents[2]
SEPTEMBER = sample_site.SEPTEMBER
COMMISSIONER = sample_site.COMMISSIONER

pytestmark = [pytest.mark.xdist_group("airflow"), pytest.mark.slow]


@pytest.fixture(scope="module")
def metadata() -> Path:
    """Airflow's metadata database, made once."""
    from airflow import settings
    from airflow.utils import db

    db.initdb()
    return Path(settings.engine.url.database)


@pytest.fixture
def dag(metadata: Path) -> Any:
    """The DAG, which tries again at once."""
    from airflow.dag_processing.dagbag import DagBag

    found = DagBag(dag_folder=str(ROOT / "dags")).dags["monthly_statements"]
    for task in found.tasks:
        task.retry_delay = timedelta(0)
    return found


@pytest.fixture
def site(site_before_september: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PBC_SITE", str(site_before_september))
    return site_before_september


def run(dag: Any, **params: str) -> dict[str, str]:
    """Run the DAG; gives the state of each task, of a mapped one the states of all its parts."""
    done = dag.test(logical_date=None, run_conf=params)
    states: dict[str, set[str]] = {}
    for instance in done.get_task_instances():
        states.setdefault(instance.task_id, set()).add(str(instance.state))
    return {task: ", ".join(sorted(found)) for task, found in states.items()}


def tries(dag: Any, metadata: Path) -> dict[str, int]:
    """How often each task of the last run was tried."""
    with sqlite3.connect(metadata) as connection:
        return dict(
            connection.execute(
                "select task_id, max(try_number) from task_instance where run_id = "
                "(select run_id from dag_run where dag_id = ? order by id desc limit 1) "
                "group by task_id",
                [dag.dag_id],
            ).fetchall()
        )


def revision(site: Path) -> Path:
    return site / "out" / COMMISSIONER / SEPTEMBER / "r1"


def package_files(site: Path) -> dict[str, str]:
    """SHA-256 of every file of the packages, which are the same however a month is closed."""
    folder = revision(site)
    paths = [folder / "manifest.json", folder / "control.json"]
    paths += sorted([*folder.glob("*/statement.json"), *folder.glob("*/charges.parquet")])
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in paths
    }


def nhs_numbers(site: Path) -> Iterator[str]:
    with duckdb.connect(
        str(site / "warehouse" / f"{COMMISSIONER}.duckdb"), read_only=True
    ) as connection:
        for (number,) in connection.execute(
            "select distinct nhs_number from record where nhs_number is not null"
        ).fetchall():
            yield number


def test_a_run_makes_what_the_command_line_makes_and_every_document(
    dag: Any, metadata: Path, site: Path, closed_sample: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    states = run(dag, period=SEPTEMBER)
    assert states.pop("verify") == "skipped"
    assert set(states.values()) == {"success"}
    assert package_files(site) == package_files(closed_sample)

    folder = revision(site)
    practices = sorted(path.parent.name for path in folder.glob("*/statement.json"))
    assert len(practices) == 13
    for ending in ("statement.pdf", "statement.html", "detail.xlsx", "detail.csv"):
        assert sorted(path.parent.name for path in folder.glob(f"*/*_{ending}")) == practices
    assert len(list(folder.glob("*_summary.xlsx"))) == 1
    assert len(list(folder.glob("*_control_report.html"))) == 1

    with sqlite3.connect(metadata) as connection:
        passed = [
            json.loads(value)
            for (value,) in connection.execute(
                "select value from xcom where dag_id = ?", [dag.dag_id]
            )
        ]
        [(extra,)] = connection.execute(
            "select extra from asset_event where source_dag_id = ?", [dag.dag_id]
        ).fetchall()
    # Links lead to the pages; of all else only names and paths are passed on.
    addresses = {str(value).partition("/pages/")[2] for value in passed if "/pages/" in str(value)}
    assert addresses == {
        *(f"5XA/2004-09/gates/{gate}/index.html" for gate in GATES),
        "5XA/2004-09/r1/control_report.html",
        "5XA/2004-09/r1/packages.html",
    }
    assert {json.dumps(value) for value in passed if "/pages/" not in str(value)} <= {
        json.dumps(str(folder)),
        json.dumps([practices[part::3] for part in range(3)]),
        json.dumps({"followed": ["gate_feed"]}),
        json.dumps(None),
    }
    assert json.loads(extra) == {
        "commissioner": COMMISSIONER,
        "period": SEPTEMBER,
        "folder": str(folder),
    }

    told = metadata.read_bytes().decode("latin-1") + "".join(capfd.readouterr())
    assert "monthly_statements" in told
    assert [number for number in nhs_numbers(site) if number in told] == []

    # And run again it changes nothing.
    before = package_files(site)
    states = run(dag, commissioner=COMMISSIONER, period=SEPTEMBER)
    assert set(states.values()) == {"success", "skipped"}
    assert package_files(site) == before


def all_files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix not in (".lock", ".log")
    }


def test_an_earlier_month_is_verified_and_nothing_changed(
    dag: Any, metadata: Path, site: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for file in (site / "inbox" / COMMISSIONER).iterdir():
        file.unlink()
    before = all_files(site)
    with sqlite3.connect(metadata) as connection:
        events = connection.execute("select count(*) from asset_event").fetchall()
    states = run(dag, period="2004-04")
    assert {task for task, state in states.items() if state == "success"} == {
        "land",
        "already_closed",
        "verify",
    }
    assert set(states.values()) == {"success", "skipped"}
    assert "2004-04 is closed: its " in caplog.text
    assert all_files(site) == before
    with sqlite3.connect(metadata) as connection:
        assert connection.execute("select count(*) from asset_event").fetchall() == events


def test_an_earlier_month_that_does_not_tie_is_said(
    dag: Any, metadata: Path, site: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (site / "out" / COMMISSIONER / "2004-04" / "r1" / "Y90001" / "statement.json").unlink()
    assert run(dag, period="2004-04")["verify"] == "failed"
    assert "AirflowFailException: 1 control totals of 2004-04 do not tie" in "".join(
        capfd.readouterr()
    )


def test_a_task_that_fails_for_once_is_tried_again(
    dag: Any, metadata: Path, site: Path, monkeypatch: pytest.MonkeyPatch, closed_sample: Path
) -> None:
    from transforms import close, documents, ledger

    failing = {"ledger": ledger.post, "documents": documents.render_commissioner}
    failed = []

    def once(name: str) -> Any:
        def fail_first(*arguments: Any, **options: Any) -> Any:
            if name not in failed:
                failed.append(name)
                raise OSError("the disk was away")
            return failing[name](*arguments, **options)

        return fail_first

    monkeypatch.setitem(close._WAREHOUSE_STAGES, "ledger", once("ledger"))
    monkeypatch.setattr(documents, "render_commissioner", once("documents"))
    monkeypatch.setattr(documents, "render", lambda *_, **__: None)
    assert set(run(dag, period=SEPTEMBER).values()) == {"success", "skipped"}
    tried = tries(dag, metadata)
    assert {task for task, times in tried.items() if times > 1} == {
        "ledger",
        "commissioner_documents",
    }
    assert package_files(site) == package_files(closed_sample)


@pytest.mark.parametrize(
    ("params", "fails", "says"),
    [
        ({"period": "2004-11"}, "gate_feed", "2004-11 cannot be closed: 2004-09 comes before it"),
        ({"commissioner": "5XB", "period": SEPTEMBER}, "land", "5XB is not a commissioner of this"),
        ({}, "land", "Say which month to close"),
    ],
)
def test_what_a_person_must_mend_is_said_once_and_not_tried_again(
    dag: Any,
    metadata: Path,
    site: Path,
    capfd: pytest.CaptureFixture[str],
    params: dict[str, str],
    fails: str,
    says: str,
) -> None:
    states = run(dag, **params)
    assert states[fails] == "failed"
    assert tries(dag, metadata)[fails] == 1
    before = {"land", "already_closed", fails}
    assert "success" not in {state for task, state in states.items() if task not in before}
    assert f"AirflowFailException: {says}" in "".join(capfd.readouterr())


def test_a_gate_stops_the_run_before_anything_is_posted_or_rendered(
    dag: Any, metadata: Path, site: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with (site / "site.toml").open("a", encoding="utf-8") as settings:
        settings.write("\n[gates.charges.suspense_percent]\nwarn = 0\nstop = 0\n")
    states = run(dag, period=SEPTEMBER)
    assert states["gate_charges"] == "failed"
    assert tries(dag, metadata)["gate_charges"] == 1
    assert states["ledger"] == states["documents"] == "upstream_failed"
    told = "".join(capfd.readouterr())
    assert "AirflowFailException: The gate charges stopped 2004-09: nothing was posted." in told
    assert "Spells of the month in suspense: " in told
    assert not list(revision(site).glob("*/*.pdf"))
