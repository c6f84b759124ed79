"""Whole runs of `deliver_statements`, by Airflow's own `dag.test()`: two months in one run.

A person's answers are tried through the API, in tests/delivery/test_deliver_statements.py.
"""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.delivery import small_site
from tests.delivery.conftest import write_certificate
from tests.delivery.mail_server import MailServer
from tests.delivery.small_site import OF_COMMISSIONER, PERIOD, SmallSite, address
from transforms.delivery import sending

ROOT = Path(__file__).resolve().parents[2]

pytestmark = [pytest.mark.xdist_group("airflow"), pytest.mark.slow]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MailServer]:
    with MailServer(write_certificate(tmp_path / "mail.pem", "localhost")) as listening:
        yield listening


@pytest.fixture
def two(tmp_path: Path, server: MailServer) -> SmallSite:
    """A site of two commissioners that sends through the mail server."""
    made = small_site.make(tmp_path)
    made.delivery["smtp"] = server.settings()
    small_site.part_in_two(made)
    return made


def test_two_months_that_go_by_themselves(
    two: SmallSite, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every message of both, once; then trouble of one alone."""
    two.delivery["auto_approve"] = True
    two.load()
    monkeypatch.setenv("PBC_SITE", str(two.directory))
    everyone = [address(code) for codes in OF_COMMISSIONER.values() for code in codes]

    assert run() == {
        ("months", -1): "success",
        ("questions", -1): "success",
        ("approval", -1): "skipped",
        ("decisions", -1): "success",
        ("send", 0): "success",
        ("send", 1): "success",
        ("record", -1): "success",
    }
    assert sorted(taken.recipient for taken in server.delivered) == everyone
    run()
    assert len(server.delivered) == 3
    for commissioner in OF_COMMISSIONER:
        states = {each.state for each in sending.listed(two.load(), commissioner)}
        assert states == {"sent"}

    # 5XA's documents are taken away: its part of the run fails and says why, 5XB's does not.
    (two.directory / "out" / "5XA" / str(PERIOD) / "r1" / "documents.json").unlink()
    states = run()
    assert (states["send", 0], states["send", 1]) == ("failed", "success")
    assert states["record", -1] == "failed"


def run() -> dict[tuple[str, int], str]:
    """Run the DAG as it is when both months became ready since; gives each task's state."""
    from airflow import settings
    from airflow.dag_processing.dagbag import DagBag
    from airflow.models.asset import AssetEvent, AssetModel
    from airflow.utils import db
    from sqlalchemy import select

    db.initdb()
    with settings.Session() as session:
        asset = session.scalar(select(AssetModel).where(AssetModel.name == "statements"))
        if asset is None:
            asset = AssetModel(name="statements", uri="statements")
            session.add(asset)
            session.flush()
        for commissioner in OF_COMMISSIONER:
            extra = {"commissioner": commissioner, "period": str(PERIOD), "folder": "of r1"}
            session.add(AssetEvent(asset_id=asset.id, extra=extra))
        session.commit()
    with sqlite3.connect(str(settings.engine.url.database)) as connection:
        # As the scheduler does for a run that events start; dag.test() starts one without any.
        connection.execute(
            "create trigger if not exists ready after insert on dag_run begin "
            "insert into dagrun_asset_event (dag_run_id, event_id) "
            "select new.id, id from asset_event where id not in "
            "(select event_id from dagrun_asset_event); end"
        )
    dag = DagBag(dag_folder=str(ROOT / "dags")).dags["deliver_statements"]
    try:
        done = dag.test(logical_date=None)
    finally:
        with sqlite3.connect(str(settings.engine.url.database)) as connection:
            connection.execute("drop trigger ready")
    return {(each.task_id, each.map_index): str(each.state) for each in done.get_task_instances()}
