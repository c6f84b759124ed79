"""The detail files: the order of their rows, and that it is the same however many are sorted."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.pipeline_run import close, land
from tests.site_builder import SiteBuilder, episode_row
from transforms.statements import detail_files

PRACTICES = ("Y90001", "Y90002", "Y90003")
PERIOD = "2004-04"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nineteen spells in a jumble of landing: one of Y90002, none of Y90003; H99 has no price."""
    building = SiteBuilder(tmp_path_factory.mktemp("site"))
    building.setting("gates", enforce=False)
    building.tariff("H01", elective_price="1000")
    for practice in PRACTICES[1:]:
        building.practice(practice)
        building.budget(practice, "elective", "5000.00")
    building.interchange(
        [
            episode_row(
                number,
                gp_practice_code="Y90002" if number == 7 else "Y90001",
                hrg_code="H99" if number % 5 == 0 else "H01",
            )
            for number in sorted(range(1, 20), key=lambda number: number * 8 % 19)
        ]
    )
    site = building.write()
    land(site)
    return site


def files(site: Path) -> dict[str, bytes]:
    """The detail file of each practice, of the month closed anew."""
    close(site, PERIOD)
    folder = site / f"out/5XA/{PERIOD}/r1"
    return {code: (folder / code / "charges.parquet").read_bytes() for code in PRACTICES}


def test_postings_are_in_the_order_of_their_references_then_what_was_not_charged(
    site: Path,
) -> None:
    files(site)
    path = site / f"out/5XA/{PERIOD}/r1/Y90001/charges.parquet"
    rows = pq.read_table(path).to_pylist()
    posted = 19 - 1 - 3  # less one of Y90002, less numbers 5, 10 and 15
    assert [row["charge_reference"] for row in rows] == [
        *(f"Y90001-{PERIOD}-1-{place}" for place in range(1, posted + 1)),
        *(None for _ in range(3)),
    ]
    assert [row["sheet"] for row in rows] == ["charges year_to_date"] * posted + ["not_charged"] * 3
    assert {row["hrg_name"] is None for row in rows if row["hrg_code"] == "H99"} == {True}
    assert {row["provider_name"] for row in rows} == {rows[0]["provider_code"]}


def test_a_practice_with_nothing_has_a_file_without_rows(site: Path) -> None:
    files(site)
    table = pq.read_table(site / f"out/5XA/{PERIOD}/r1/Y90003/charges.parquet")
    assert (table.num_rows, "holder" in table.column_names) == (0, False)


@pytest.mark.parametrize("most", [1, 15, 18])
def test_a_file_is_the_same_however_many_rows_are_sorted_at_a_time(
    site: Path, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = files(site)
    monkeypatch.setattr(detail_files, "_SORTED_ROWS", most)
    assert files(site) == whole
