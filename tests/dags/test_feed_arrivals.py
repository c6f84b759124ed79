"""Whole runs of `feed_arrivals`: files that lie quiet in an inbox are landed, others left alone."""

import json
import os
import shutil
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest

from tests.site_builder import SiteBuilder

ROOT = Path(__file__).resolve().parents[2]

pytestmark = [pytest.mark.xdist_group("airflow"), pytest.mark.slow]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site with a file in its inbox that came ten minutes ago, and one that is no feed."""
    builder = SiteBuilder(tmp_path / "site")
    builder.tariff("A01", elective_price=1000)
    builder.episode(hrg_code="A01")
    site = builder.write()
    (builder.inbox() / "0002_letter.txt").write_text("Dear sirs\n")
    monkeypatch.setenv("PBC_SITE", str(site))
    for file in builder.inbox().iterdir():
        os.utime(file, (time.time() - 600,) * 2)
    return site


def run() -> tuple[dict[str, str], list[dict[str, Any]]]:
    """Run the DAG; gives each task's state, and what the asset's events of the run say."""
    from airflow import settings
    from airflow.dag_processing.dagbag import DagBag
    from airflow.utils import db

    db.initdb()
    dag = DagBag(dag_folder=str(ROOT / "dags")).dags["feed_arrivals"]
    done = dag.test(logical_date=None)
    with sqlite3.connect(str(settings.engine.url.database)) as connection:
        events = connection.execute(
            "select extra from asset_event where source_run_id = ?", [done.run_id]
        ).fetchall()
    states = {instance.task_id: str(instance.state) for instance in done.get_task_instances()}
    return states, [json.loads(extra) for (extra,) in events]


def test_an_inbox_that_is_quiet_is_landed_and_the_asset_says_so(site: Path) -> None:
    states, events = run()
    assert states == {"waiting": "success", "land": "success"}
    [commissioner] = [path.name for path in (site / "inbox").iterdir()]
    assert events == [{"commissioner": commissioner, "landed": 1, "refused": 1}]
    assert list((site / "inbox" / commissioner).iterdir()) == []
    assert len(list((site / "archive" / commissioner).iterdir())) == 1

    states, events = run()
    assert states["land"] == "skipped"
    assert events == []


def test_a_file_that_is_still_being_written_is_left_alone(site: Path) -> None:
    [inbox] = (site / "inbox").iterdir()
    first = min(inbox.iterdir())
    shutil.copyfile(first, inbox / "0003_half.csv")
    states, _ = run()
    assert states["land"] == "skipped"
    assert len(list(inbox.iterdir())) == 3
