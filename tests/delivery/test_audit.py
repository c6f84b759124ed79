"""The audit only grows, and shows where someone got round that."""

import csv
import io
import os
import pwd
import sqlite3

import pytest

from tests.delivery.mail_server import MailServer
from tests.delivery.small_site import COMMISSIONER, PERIOD, START, Clock, SmallSite, address
from tests.pipeline_run import pbc
from transforms.delivery import approving, audit, books, sending


@pytest.fixture
def delivered(ready: SmallSite, server: MailServer, clock: Clock) -> SmallSite:
    approving.approve(ready.load(), COMMISSIONER, PERIOD, who="Ann", clock=clock)
    sending.send(ready.load(), COMMISSIONER, PERIOD, who="Ben", clock=clock)
    return ready


def test_it_tells_who_did_what_when_to_which_files(delivered: SmallSite) -> None:
    entries = audit.entries(delivered.load(), COMMISSIONER)
    of_one = [each for each in entries if each.practice_code == "Y90001"]
    assert [(each.who, each.what, each.recipient) for each in of_one] == [
        ("Ann", "approved", ""),
        ("Ben", "queued", address("Y90001")),
        ("Ben", "sending", address("Y90001")),
        ("Ben", "sent", address("Y90001")),
    ]
    assert [each.at for each in entries] == sorted(each.at for each in entries)
    for kind in ("pdf", "html", "xlsx"):
        assert delivered.file("Y90001", kind).name in of_one[-1].hashes


@pytest.mark.parametrize(
    "statement",
    [
        "update audit set who = 'nobody' where audit_id = 1",
        "delete from audit where audit_id = 1",
        "delete from audit",
        "insert or replace into audit select * from audit where audit_id = 1",
        "replace into audit select 1, at, 'nobody', what, statement_number, practice_code, "
        "recipient, detail, hashes, previous_sha256, sha256 from audit where audit_id = 2",
    ],
)
def test_its_rows_are_never_changed_nor_deleted(delivered: SmallSite, statement: str) -> None:
    before = audit.entries(delivered.load(), COMMISSIONER)
    with (
        books.open_books(delivered.load(), COMMISSIONER) as connection,
        pytest.raises(sqlite3.IntegrityError, match="the audit is append-only"),
    ):
        connection.execute(statement)
    assert audit.entries(delivered.load(), COMMISSIONER) == before


@pytest.mark.parametrize(
    ("statement", "row"),
    [
        ("update audit set who = 'nobody' where audit_id = 3", 3),
        ("delete from audit where audit_id = 2", 2),
        ("update audit set sha256 = 'f' where audit_id = 5", 5),
    ],
)
def test_who_gets_round_that_is_found_out(delivered: SmallSite, statement: str, row: int) -> None:
    path = delivered.load().delivery(COMMISSIONER)
    connection = sqlite3.connect(path)
    for trigger in ("changed", "deleted"):
        connection.execute(f"drop trigger audit_is_never_{trigger}")
    connection.execute(statement)
    connection.commit()
    connection.close()
    assert audit.first_altered(audit.entries(delivered.load(), COMMISSIONER)) == row
    told = pbc(delivered.directory, "audit")
    assert told.exit_code == 1
    assert f"row {row} does not follow from the rows before it" in told.output


def test_it_is_exported_as_csv(delivered: SmallSite) -> None:
    told = pbc(delivered.directory, "audit")
    assert told.exit_code == 0
    rows = list(csv.DictReader(io.StringIO(told.output)))
    assert tuple(rows[0]) == audit.COLUMNS
    assert len(rows) == len(audit.entries(delivered.load(), COMMISSIONER))


def test_the_books_are_for_their_owner_alone(delivered: SmallSite) -> None:
    path = delivered.load().delivery(COMMISSIONER)
    assert path.stat().st_mode & 0o777 == 0o600
    with sqlite3.connect(path) as connection:
        assert connection.execute("pragma journal_mode").fetchone() == ("wal",)


def test_nor_may_others_read_what_sqlite_lays_beside_them(ready: SmallSite) -> None:
    """From the first on: the log of what is written holds the same as the books."""
    path = ready.load().delivery(COMMISSIONER)
    with books.open_books(ready.load(), COMMISSIONER) as connection, books.transaction(connection):
        audit.add(connection, START, "Ann", "dry run")
        laid = {file.name: file.stat().st_mode & 0o777 for file in path.parent.glob("5XA.sqlite*")}
    assert laid == {"5XA.sqlite": 0o600, "5XA.sqlite-wal": 0o600, "5XA.sqlite-shm": 0o600}


def test_who_it_was_is_the_machine_s_word_and_no_variable_s(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for variable in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(variable, "the director")
    assert audit.this_user().startswith(f"{pwd.getpwuid(os.getuid()).pw_name}@")


def test_books_of_newer_software_are_left_alone(delivered: SmallSite) -> None:
    with sqlite3.connect(delivered.load().delivery(COMMISSIONER)) as connection:
        connection.execute("pragma user_version = 99")
    told = pbc(delivered.directory, "send", str(PERIOD))
    assert told.exit_code == 1
    assert "was written by newer software" in told.output


def test_books_that_are_none_are_told(delivered: SmallSite) -> None:
    path = delivered.load().delivery(COMMISSIONER)
    for file in path.parent.glob(f"{path.name}*"):
        file.unlink()
    path.write_bytes(b"not a database, however long it may be" * 100)
    told = pbc(delivered.directory, "send", str(PERIOD))
    assert told.exit_code == 1
    assert "cannot be used as delivery's books" in told.output
