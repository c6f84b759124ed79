"""The warehouse's lock and its schema: who waits is told for whom, and no version is guessed at."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.pipeline_run import done, land, pbc
from tests.site_builder import COMMISSIONER, NwcsFile, SiteBuilder, episode_row
from transforms import warehouse
from transforms.site import load_site


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site with one record landed."""
    site = SiteBuilder(tmp_path / "site").write()
    land(site, NwcsFile("N1", [episode_row(1)]).write(tmp_path / "n1.csv"))
    return site


@pytest.fixture
def lock_file(site: Path) -> Path:
    return site / "warehouse" / f"{COMMISSIONER}.lock"


def started(site: Path, *command: str) -> "subprocess.Popen[str]":
    """Starts a command in a process of its own; the first line that it says is read from it."""
    return subprocess.Popen(
        [sys.executable, "-c", "from transforms.cli import app; app()", *command],
        cwd=Path(__file__).resolve().parents[1],
        env={**os.environ, "PBC_SITE": str(site)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def first_line(process: "subprocess.Popen[str]") -> str:
    assert process.stderr is not None
    return process.stderr.readline()


def test_a_join_hands_no_filter_down(site: Path) -> None:
    """Versions of DuckDB dropped rows so that have a partner (decision 1)."""
    asked = "select current_setting('disabled_optimizers')"
    with warehouse.open_warehouse(load_site(site), COMMISSIONER, "asking") as connection:
        assert connection.execute(asked).fetchone() == ("join_filter_pushdown",)
    with warehouse.in_memory() as connection:
        assert connection.execute(asked).fetchone() == ("join_filter_pushdown",)


@pytest.mark.parametrize("command", ["land", "status"])
def test_who_comes_second_waits_and_says_for_whom(
    command: str, site: Path, lock_file: Path
) -> None:
    with warehouse.lock(lock_file, "closing 2004-04"):
        process = started(site, command)
        assert first_line(process) == (
            f"Waiting for 'closing 2004-04' (process {os.getpid()}) to finish with 5XA.\n"
        )
        assert process.poll() is None
    assert process.wait(timeout=60) == 0


def test_two_landings_of_one_inbox_land_each_file_once(site: Path, lock_file: Path) -> None:
    for number in range(3):
        name = f"IC{number}"
        NwcsFile(name, [episode_row(number)]).write(site / "inbox" / COMMISSIONER / f"{name}.csv")
    with warehouse.lock(lock_file, "closing 2004-04"):
        processes = [started(site, "land") for _ in range(2)]
        assert all(first_line(process).startswith("Waiting for") for process in processes)
    assert [process.wait(timeout=60) for process in processes] == [0, 0]
    assert versions(site, "5XA.duckdb")[1] == 1 + 3
    assert len(list((site / "archive" / COMMISSIONER).iterdir())) == 3


def test_a_writer_waits_for_readers_and_not_for_who_wrote_before(
    site: Path, lock_file: Path
) -> None:
    me = os.getpid()
    with (
        warehouse.lock(lock_file, "exporting fates", shared=True),
        warehouse.lock(lock_file, "verifying 2004-04", shared=True),
    ):
        assert started(site, "status").wait(timeout=60) == 0  # one more reader does not wait
        process = started(site, "land")
        assert first_line(process) == (
            f"Waiting for 'exporting fates' (process {me}) and 'verifying 2004-04' (process {me}) "
            "to finish with 5XA.\n"
        )
    assert process.wait(timeout=60) == 0
    assert lock_file.read_text() == ""


def test_a_holder_that_was_killed_is_not_waited_for(site: Path, lock_file: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait(timeout=60)
    lock_file.write_text(f'{{"process": {gone.pid}, "purpose": "landing feed files"}}\n')
    with warehouse.lock(lock_file, "exporting fates", shared=True):
        process = started(site, "land")
        assert "Waiting for 'exporting fates' (process" in first_line(process)
    assert process.wait(timeout=60) == 0


def test_newer_software_s_warehouse_is_refused(site: Path) -> None:
    known = warehouse.schema_version()
    with duckdb.connect(str(site / "warehouse" / "5XA.duckdb")) as connection:
        connection.execute("update schema_version set version = version + 1")
    for command in ("land", "status"):
        outcome = pbc(site, command)
        assert outcome.exit_code == 1
        assert (
            f"5XA.duckdb was written by newer software (schema {known + 1}; this one knows "
            f"{known}). Use that version of pbc." in outcome.output
        )


def test_what_is_no_warehouse_is_told(site: Path) -> None:
    (site / "warehouse" / "5XA.duckdb").write_bytes(b"no database at all" * 1000)
    outcome = pbc(site, "status")
    assert outcome.exit_code == 1
    assert "5XA.duckdb cannot be opened as a warehouse" in outcome.output


@pytest.fixture
def newer(site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Software of the next schema version: these SQL files with one migration more.

    The site was made before, by the software that there is.
    """
    assert site.exists()
    sql = tmp_path / "sql"
    shutil.copytree(warehouse.SQL, sql)
    migration = sql / "schema" / f"{warehouse.schema_version() + 1:04d}_next.sql"
    migration.write_text("alter table interchange add column note varchar;\n")
    monkeypatch.setattr(warehouse, "SQL", sql)
    yield migration


def versions(site: Path, name: str) -> tuple[int, int, bool]:
    """Returns a warehouse file's schema version, its records, and whether it has the new column."""
    with duckdb.connect(str(site / "warehouse" / name), read_only=True) as connection:
        found = connection.execute(
            "select (select version from schema_version), (select count(*) from record), "
            "exists (from duckdb_columns() where column_name = 'note')"
        ).fetchone()
    assert found is not None
    return found


@pytest.mark.parametrize("command", ["land", "status"])
def test_newer_software_copies_an_older_warehouse_and_migrates_it(
    command: str, newer: Path, site: Path
) -> None:
    old = warehouse.schema_version() - 1
    assert newer.exists()
    done(site, command)
    assert versions(site, "5XA.duckdb") == (old + 1, 1, True)
    assert versions(site, f"5XA.schema{old}.duckdb") == (old, 1, False)


def test_a_migration_that_fails_changes_nothing(newer: Path, site: Path) -> None:
    old = warehouse.schema_version() - 1
    newer.write_text(newer.read_text() + "insert into schema_version select error('broken');\n")
    with (
        pytest.raises(duckdb.Error, match="broken"),
        warehouse.open_warehouse(load_site(site), COMMISSIONER, "landing feed files"),
    ):
        pass
    assert versions(site, "5XA.duckdb") == (old, 1, False)


def test_duckdb_leaves_a_part_of_the_memory_limit_to_the_program(tmp_path: Path) -> None:
    building = SiteBuilder(tmp_path / "site")
    building.setting("warehouse", memory_limit="1GB")
    site = building.write()
    with warehouse.open_warehouse(load_site(site), COMMISSIONER, "looking") as connection:
        found = connection.execute("select current_setting('memory_limit')").fetchone()
    assert found == ("667.5 MiB",)  # 1,000,000,000 x 7 / 10 = 700,000,000 bytes


@pytest.mark.parametrize(
    ("code_list", "closed_list"),
    [("admission_method", "admission_type"), ("cds_record_type", "record_group")],
)
def test_the_groups_of_a_code_list_are_those_that_the_schema_knows(
    site: Path, code_list: str, closed_list: str
) -> None:
    with warehouse.open_warehouse(load_site(site), COMMISSIONER, "looking") as connection:
        groups, known = connection.execute(
            f'select (select list(distinct "group" order by "group") from {code_list}), '
            f"enum_range(null::{closed_list})"
        ).fetchall()[0]
    assert groups == known
