"""A month that was issued and then revised: what was issued stays, what changed is told."""

import json
import shutil
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.pipeline_run import close, done, export, issue, land
from tests.site_builder import SiteBuilder, episode_row
from transforms import close as closing
from transforms import package
from transforms.documents import words
from transforms.periods import Period
from transforms.site import load_site

PERIOD = "2004-05"


def contents_of(folder: Path) -> Mapping[str, bytes]:
    """Returns every file of a revision but those that tell of the run, by name."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "run.json" and "gates" not in path.parts
    }


class Month:
    """A site with May 2004 issued, then revised."""

    def __init__(self, directory: Path) -> None:
        """Closes April, closes and issues May, then revises it for an April and a May spell."""
        builder = SiteBuilder(directory)
        builder.setting("gates", enforce=False)
        for code in ("Y90002", "Y90003"):
            builder.practice(code)
        for hrg, price in (("H01", "1000"), ("H02", "2000")):
            builder.tariff(hrg, elective_price=price)
        sent = (
            (1, "Y90001", "2004-04-10"),
            (2, "Y90001", "2004-05-10"),
            (3, "Y90002", "2004-05-10"),
            (4, "Y90003", "2004-05-10"),
        )
        builder.interchange(
            episode_row(number, hrg_code="H01", gp_practice_code=practice, admission_date=day)
            for number, practice, day in sent
        )
        self.site = builder.write()
        land(self.site)
        close(self.site, "2004-04")
        close(self.site, PERIOD)
        self.out = self.site / f"out/5XA/{PERIOD}"
        issue(self.site, PERIOD)
        self.issued = contents_of(self.out / "r1")
        self.issued_postings = export(self.site, "postings", PERIOD)
        late = "2004-06-03T12:00:00"
        builder.interchange(
            [
                episode_row(  # another price
                    1, hrg_code="H02", admission_date="2004-04-10", cds_applicable_datetime=late
                ),
                episode_row(  # another practice
                    3,
                    hrg_code="H01",
                    gp_practice_code="Y90001",
                    admission_date="2004-05-10",
                    cds_applicable_datetime=late,
                ),
            ]
        )
        builder.write()
        land(self.site)
        close(self.site, PERIOD, revise=True)

    def statement(self, practice: str, revision: int) -> dict[str, Any]:
        """Returns the content of a practice's statement."""
        path = self.out / f"r{revision}" / practice / "statement.json"
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return content


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Month:
    """The month, issued and revised."""
    return Month(tmp_path_factory.mktemp("site"))


def test_what_was_issued_is_kept(month: Month) -> None:
    """Every file of revision 1 and every posting of it, as they were."""
    assert contents_of(month.out / "r1") == month.issued
    postings = export(month.site, "postings", PERIOD)
    assert [row for row in postings if row["revision"] == "1"] == month.issued_postings


def test_the_difference_is_posted(month: Month) -> None:
    """As further postings of the same period, with references of revision 2."""
    posted = [
        (row["charge_reference"], row["kind"], row["reason"], row["amount"])
        for row in export(month.site, "postings", PERIOD)
        if row["revision"] == "2"
    ]
    assert posted == [
        ("Y90001-2004-05-2-1", "credit", "amended", "-1000.00"),
        ("Y90001-2004-05-2-2", "charge", "amended", "2000.00"),
        ("Y90002-2004-05-2-1", "credit", "moved", "-1000.00"),
        ("Y90001-2004-05-2-3", "charge", "moved", "1000.00"),
    ]


def test_statements_are_made_for_the_practices_touched(month: Month) -> None:
    """And for no other."""
    manifest = json.loads((month.out / "r2" / "manifest.json").read_text())
    assert (manifest["revision"], manifest["practices"]) == (2, ["Y90001", "Y90002"])
    assert {path.parent.name for path in (month.out / "r2").glob("*/statement.json")} == {
        "Y90001",
        "Y90002",
    }


def test_a_revised_statement_begins_where_last_month_ended(month: Month) -> None:
    """Its month and its adjustments are those of both revisions, and lead to what stands now."""
    told = month.statement("Y90001", 2)
    changes = told["changes"]
    assert told["identity"]["number"] == "5XA/2004-05/Y90001/r2"
    assert changes["previous_number"] == "5XA/2004-04/Y90001/r1"
    assert Decimal(changes["opening"]) == 1000
    assert Decimal(changes["new_amount"]) == 1000 + 1000
    assert Decimal(changes["adjustments_amount"]) == 2000 - 1000
    assert Decimal(changes["closing"]) == 2000 + 1000 + 1000
    assert Decimal(told["headline"]["spent_to_date"]) == 4000
    lost = month.statement("Y90002", 2)
    assert Decimal(lost["headline"]["spent_to_date"]) == 0


def test_a_revised_statement_says_what_it_replaces(month: Month) -> None:
    """In its package and in words; a first statement replaces none."""
    assert month.statement("Y90001", 1)["replaced"] is None
    assert month.statement("Y90001", 2)["replaced"] == {
        "number": "5XA/2004-05/Y90001/r1",
        "spent_to_date": "2000.00",
        "charges": 2,
        "credits": 1,
        "amount": "2000.00",
    }
    statement = package.read_statement(month.out / "r2" / "Y90002")
    assert words.replaced_sentence(statement) == (
        "This statement replaces 5XA/2004-05/Y90002/r1. It adds 1 credit, \u2212£1,000 in all: "
        "spent to date was £1,000 and is now £0. The detail file lists them."
    )


def test_the_position_of_each_revision_is_kept(month: Month) -> None:
    """The export is of the last revision; the practice untouched stands as it did."""
    spent = {
        row["practice_code"]: row["ytd_actual"]
        for row in export(month.site, "position", PERIOD)
        if row["pod"] == "total" and row["practice_code"] != "RESIDENT"
    }
    assert spent == {"Y90001": "4000.00", "Y90002": "0.00", "Y90003": "1000.00"}


def test_the_detail_file_shows_what_the_revision_posted(month: Month) -> None:
    """Credits show the version that they reverse, negated; the year to date what stands now.

    What the revision charged and stands is one row on two sheets.
    """
    path = str(month.out / "r2/Y90001/charges.parquet")
    rows = duckdb.sql(
        f"select sheet, charge_reference, kind, hrg_code, total_price from '{path}' order by all"
    ).fetchall()
    assert rows == [
        ("charges", "Y90001-2004-05-2-1", "credit", "H01", Decimal("-1000.00")),
        ("charges year_to_date", "Y90001-2004-05-2-2", "charge", "H02", Decimal("2000.00")),
        ("charges year_to_date", "Y90001-2004-05-2-3", "charge", "H01", Decimal("1000.00")),
        ("year_to_date", "Y90001-2004-05-1-1", "charge", "H01", Decimal("1000.00")),
    ]


def test_it_verifies(month: Month) -> None:
    """Every control total ties, for the revision as for a first close."""
    done(month.site, "verify", PERIOD)


def test_a_revision_that_changes_nothing_makes_no_statement(month: Month) -> None:
    """Revision 3, without anything new: nothing posted, nobody written to."""
    issue(month.site, PERIOD, 2)
    close(month.site, PERIOD, revise=True)
    assert json.loads((month.out / "r3" / "manifest.json").read_text())["practices"] == []
    done(month.site, "verify", PERIOD)


def test_the_next_month_goes_on_from_the_last_revision(month: Month) -> None:
    """Its statements begin at what the revision came to, and name the last statement received."""
    close(month.site, "2004-06")
    path = month.site / "out/5XA/2004-06/r1"
    opening = {
        place.parent.name: (
            json.loads(place.read_text())["changes"]["opening"],
            json.loads(place.read_text())["changes"]["previous_number"],
        )
        for place in path.glob("*/statement.json")
    }
    assert opening == {
        "Y90001": ("4000.00", "5XA/2004-05/Y90001/r2"),
        "Y90002": ("0.00", "5XA/2004-05/Y90002/r2"),
        "Y90003": ("1000.00", "5XA/2004-05/Y90003/r1"),
    }


def test_a_revision_under_way_is_not_in_the_exports(tmp_path: Path) -> None:
    """They are of what is closed to the end: the same before, and after a close was stopped."""
    builder = SiteBuilder(tmp_path)
    builder.setting("gates", enforce=False)
    builder.tariff("H02", elective_price="1000")
    builder.episode()
    land(builder.write())
    close(tmp_path, "2004-04")
    issue(tmp_path, "2004-04")
    tables = ("charges", "postings", "position", "fates", "quarantine", "budgets")
    before = {table: export(tmp_path, table, "2004-04") for table in tables}
    builder.episode()
    land(builder.write())
    site, period = load_site(tmp_path), Period.parse("2004-04")
    for stage in ("episodes", "spells", "prices", "attribution", "ledger", "position"):
        closing.run_stage(site, "5XA", period, stage, revise=True)
    assert {table: export(tmp_path, table, "2004-04") for table in tables} == before


def test_an_older_warehouse_is_migrated_to_the_same_ledger(month: Month, tmp_path: Path) -> None:
    """Schema version 2 had texts for lists and references, and more of the log in a charge."""
    site = tmp_path / "site"
    shutil.copytree(month.site, site)
    with duckdb.connect(str(site / "warehouse" / "5XA.duckdb")) as connection:
        _keep_texts(connection)
        connection.execute(
            "create table as_text as select * exclude (period, revision, number, charge_reference),"
            " cast(charge_reference as varchar) as charge_reference from posting; "
            "drop table posting; drop macro charge_reference_of; "
            "alter table as_text rename to posting; "
            "alter table charge add column nhs_number varchar; "
            "alter table charge add column submitted_practice_code varchar; "
            "update charge set nhs_number = record.nhs_number, "
            "submitted_practice_code = record.gp_practice_code "
            "from record where charge.first_record = record.rowid; "
            "update schema_version set version = 2"
        )
    for table in ("postings", "charges"):
        assert export(site, table, PERIOD) == export(month.site, table, PERIOD)
    assert (site / "warehouse" / "5XA.schema2.duckdb").exists()
    done(site, "verify", PERIOD)
    # The next close finds the same charges, so that it begins no version of any.
    close(site, "2004-06")
    with duckdb.connect(str(site / "warehouse" / "5XA.duckdb"), read_only=True) as connection:
        begun = connection.execute(
            "select count(*) filter (where from_close = (select max(close_number) from close)), "
            "count(*) from charge where to_close is null"
        ).fetchone()
    assert begun is not None and begun[0] == 0 and begun[1] > 0


def _keep_texts(connection: duckdb.DuckDBPyConnection) -> None:
    """Turn every column of a closed list into text, and forget the lists."""
    for table, column in connection.execute(
        "select columns.table_name, columns.column_name from duckdb_columns() as columns "
        "inner join duckdb_tables() using (table_oid) where columns.data_type like 'ENUM%'"
    ).fetchall():
        connection.execute(f"alter table {table} alter column {column} type varchar")
    for (name,) in connection.execute(
        "select distinct type_name from duckdb_types() where logical_type = 'ENUM' and not internal"
    ).fetchall():
        connection.execute(f"drop type {name}")
