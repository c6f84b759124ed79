"""What practices are told: why each charge is theirs, and what moved to or from them."""

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.pipeline_run import close, land
from tests.site_builder import SiteBuilder, episode_row, nhs_number


class Told:
    """A site closed for April and May 2004: Y90003 merged into Y90001 on 1 May."""

    def __init__(self, directory: Path) -> None:
        builder = SiteBuilder(directory)
        builder.setting("gates", enforce=False)
        builder.tariff("H01", elective_price="1000")
        for code in ("Y90002", "Y90003"):
            builder.practice(code)
        builder.registration(nhs_number(1), "Y90001")
        builder.gp("G9000001", "Y90001")
        builder.succession("Y90003", "Y90001", "2004-05-01")
        builder.interchange(
            [
                episode_row(1, hrg_code="H01", gp_practice_code="Y90002"),
                episode_row(2, hrg_code="H01", gp_practice_code="Y90001"),
                episode_row(3, hrg_code="H01", gp_practice_code="", gmp_code="G9000001"),
                episode_row(4, hrg_code="H01", gp_practice_code="Y90003"),
            ]
        )
        self.site = builder.write()
        land(self.site)
        close(self.site, "2004-04")
        close(self.site, "2004-05")

    def folder(self, practice: str, period: str) -> Path:
        return self.site / f"out/5XA/{period}/r1/{practice}"

    def statement(self, practice: str, period: str) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(
            (self.folder(practice, period) / "statement.json").read_text(encoding="utf-8")
        )
        return content


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    return Told(tmp_path_factory.mktemp("site"))


def test_the_detail_file_says_why_each_charge_is_theirs(told: Told) -> None:
    path = told.folder("Y90001", "2004-05") / "charges.parquet"
    reasons = duckdb.sql(
        f"select provider_spell_number, attribution_reason from '{path}' "
        "where contains(sheet, 'year_to_date') order by all"
    ).fetchall()
    assert reasons == [
        (
            "S0000001",
            "on the registration list of practice Y90001; the hospital gave practice Y90002",
        ),
        ("S0000002", "the hospital gave practice Y90001"),
        ("S0000003", "the GP that the hospital gave works at practice Y90001"),
        ("S0000004", "the hospital gave practice Y90003, which merged into Y90001"),
    ]


def test_the_statement_counts_the_bases(told: Told) -> None:
    trust = told.statement("Y90001", "2004-04")["trust"]
    assert [(row["basis"], row["charges"], row["percent"]) for row in trust["attribution"]] == [
        ("registration", 1, "33.33"),
        ("submitted_practice", 1, "33.33"),
        ("submitted_gp", 1, "33.33"),
    ]
    assert (trust["submitted_elsewhere_spells"], trust["submitted_elsewhere_amount"]) == (
        1,
        "1000.00",
    )


def test_both_practices_are_told_what_moved(told: Told) -> None:
    """The successor on a line of its own, the practice that merged in its closing statement."""
    (moved,) = told.statement("Y90001", "2004-05")["changes"]["adjustments"]
    assert (moved["reason"], moved["direction"], moved["by_succession"]) == ("moved", "in", True)
    assert (moved["practice_code"], moved["spells"], moved["amount"]) == ("Y90003", 1, "1000.00")
    last = told.statement("Y90003", "2004-05")
    assert last["closing"]["successor_code"] == "Y90001"
    (moved,) = last["changes"]["adjustments"]
    assert (moved["reason"], moved["direction"], moved["amount"]) == ("moved", "out", "-1000.00")
    assert moved["practice_code"] == "Y90001"


def test_the_practice_that_merged_in_gets_no_further_statement(told: Told) -> None:
    close(told.site, "2004-06")
    assert told.folder("Y90001", "2004-06").exists()
    assert not told.folder("Y90003", "2004-06").exists()
