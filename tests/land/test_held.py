"""Bulk replacements that wait for a person (H01), and what the person says."""

from pathlib import Path

import pytest

from tests.feeds import forms
from tests.land.conftest import Query
from tests.pipeline_run import Outcome, done, land, pbc
from tests.site_builder import NwcsFile, Row, episode_row

APRIL = {"bulk_group": "010", "period_start": "2004-04-01", "period_end": "2004-04-30"}


def bulk(
    identifier: str, records: list[Row], extracted: str = "2004-05-10", **given: str
) -> NwcsFile:
    header = {"protocol": "020", "extract_datetime": f"{extracted}T06:00:00", **APRIL, **given}
    return NwcsFile(identifier, records, **header)


def arrive(site: Path, name: str, file: NwcsFile) -> Outcome:
    """Puts a file into the inbox and lands the inbox."""
    file.write(site / "inbox" / "5XA" / name)
    return pbc(site, "land")


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


@pytest.fixture
def held(site: Path, tmp_path: Path) -> Path:
    """A site with 400 records of April landed and a replacement held that brings 280 of them."""
    april = [episode_row(number) for number in range(400)]
    land(site, bulk("B1", april, "2004-05-05").write(tmp_path / "b1.csv"))
    outcome = arrive(site, "b2.csv", bulk("B2", april[:280]))
    assert outcome.exit_code == 1
    assert outcome.output == (
        "b2.csv: held. H01 This bulk replacement would remove 120 of the 400 live records that it "
        "covers; the limit is 25 per cent ([landing] bulk_shrink_percent). Check it with the "
        "sender, then 'pbc release B2' or 'pbc reject B2'.\n"
    )
    return site


def test_a_held_file_waits_and_is_shown(held: Path, ask: Query) -> None:
    assert files(held / "held" / "5XA") == ["b2.csv", "b2.csv.report.txt"]
    assert files(held / "inbox" / "5XA") == []
    assert all(text in done(held, "status").output for text in ("held: b2.csv", "H01 This bulk"))
    assert ask("select count(*) as n from interchange") == [{"n": 1}]


@pytest.mark.parametrize("name", ["B2", "RXA:B2", "b2.csv"])
def test_release_lands_it(name: str, held: Path, ask: Query) -> None:
    outcome = done(held, "release", name)
    assert outcome.output == "b2.csv: landed. 280 records landed, 0 quarantined.\n"
    assert files(held / "held" / "5XA") == []
    assert files(held / "archive" / "5XA") == ["b2.csv"]
    assert ask("select fate, count(*) as n from record_fate(2) group by all order by all") == [
        {"fate": "live", "n": 280},
        {"fate": "replaced", "n": 120},
    ]


def test_reject_refuses_it_for_good(held: Path, ask: Query) -> None:
    outcome = done(held, "reject", "B2")
    assert "b2.csv: refused. H01 It was held and then rejected for good." in outcome.output
    assert files(held / "held" / "5XA") == []
    assert files(held / "refused" / "5XA") == ["b2.csv", "b2.csv.report.txt"]
    rejected = held / "refused" / "5XA" / "b2.csv"
    for name in ("b2.csv", "b2.csv", "other.csv", "b2.csv"):
        (held / "inbox" / "5XA" / name).write_bytes(rejected.read_bytes())
        for files_named in ((), (str(rejected),)):
            again = pbc(held, "land", *files_named)
            assert again.exit_code == 2
            assert "H01 This content was held and then rejected for good." in again.output
    assert files(held / "held" / "5XA") == []
    assert ask("select count(*) as n from interchange") == [{"n": 1}]


def test_what_is_not_held_cannot_be_released(held: Path) -> None:
    for command in ("release", "reject"):
        outcome = pbc(held, command, "B9")
        assert outcome.exit_code == 2
        assert outcome.output == "pbc: No held file of 5XA bears B9. Held: RXA:B2.\n"


def test_two_senders_may_share_an_identifier(held: Path) -> None:
    far = {"period_start": "2003-04-01", "period_end": "2004-04-30"}
    arrive(held, "other.csv", bulk("B2", [], sender="RXB", **far))
    outcome = pbc(held, "release", "B2")
    assert outcome.exit_code == 2
    assert "Several held files bear B2: say which, RXA:B2 or RXB:B2." in outcome.output
    assert "other.csv: landed. 0 records landed" in done(held, "release", "RXB:B2").output
    assert files(held / "held" / "5XA") == ["b2.csv", "b2.csv.report.txt"]


def test_a_named_file_stays_where_it_is_and_is_copied(held: Path, tmp_path: Path) -> None:
    file = bulk("B3", [], "2004-05-11").write(tmp_path / "b3.csv")
    outcome = pbc(held, "land", str(file))
    assert outcome.exit_code == 1
    assert file.exists()
    assert "b3.csv" in files(held / "held" / "5XA")
    assert "would remove 400 of the 400 live records" in outcome.output


def test_a_released_file_that_is_spoilt_otherwise_is_refused(held: Path, tmp_path: Path) -> None:
    """Another file of the same identifier landed in the meantime."""
    land(held, NwcsFile("B2", [episode_row(900)]).write(tmp_path / "net.csv"))
    outcome = pbc(held, "release", "B2")
    assert outcome.exit_code == 2
    assert "refused. F05 Interchange B2 of sender RXA landed before" in outcome.output
    assert files(held / "refused" / "5XA") == ["b2.csv", "b2.csv.report.txt"]


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [("2004-01-01", "2004-12-31", None), ("2004-01-01", "2005-01-01", 367)],
)
def test_a_report_period_too_long(
    start: str, end: str, days: int | None, site: Path, tmp_path: Path
) -> None:
    """Days are counted inclusively: 366 land, 367 wait."""
    file = bulk("B1", [], period_start=start, period_end=end).write(tmp_path / "b1.csv")
    outcome = pbc(site, "land", str(file))
    assert outcome.exit_code == (1 if days else 0)
    if days:
        assert (
            f"H01 The report period {start} to {end} has {days} days; the limit is 366 ([landing] "
            "bulk_period_limit_days). Check it with the sender" in outcome.output
        )


@pytest.mark.parametrize(("removed", "exit_code"), [(100, 0), (101, 1)])
def test_a_hundred_records_are_few(
    removed: int, exit_code: int, site: Path, tmp_path: Path
) -> None:
    """However large their share."""
    rows = [episode_row(number) for number in range(removed)]
    land(site, bulk("B1", rows, "2004-05-05").write(tmp_path / "b1.csv"))
    outcome = pbc(site, "land", str(bulk("B2", []).write(tmp_path / "b2.csv")))
    assert outcome.exit_code == exit_code


@pytest.mark.parametrize(("kept", "exit_code"), [(300, 0), (299, 1)])
def test_a_quarter_of_what_is_covered_may_go(
    kept: int, exit_code: int, site: Path, tmp_path: Path
) -> None:
    rows = [episode_row(number) for number in range(400)]
    land(site, bulk("B1", rows, "2004-05-05").write(tmp_path / "b1.csv"))
    outcome = pbc(site, "land", str(bulk("B2", rows[:kept]).write(tmp_path / "b2.csv")))
    assert outcome.exit_code == exit_code


def test_what_another_scope_of_the_file_brings_is_not_removed(site: Path, tmp_path: Path) -> None:
    """Records that move from one period to another leave the first one's scope, and live."""
    rows = [episode_row(number) for number in range(150)]
    land(site, bulk("B1", rows, "2004-05-05").write(tmp_path / "b1.csv"))
    moved = [episode_row(number, admission_date="2004-05-02") for number in range(150)]
    april, may = (
        forms.Sent(
            protocol="020",
            bulk_group="010",
            period_start=start,
            period_end=end,
            extract_datetime="2004-06-05T06:00:00",
        )
        for start, end in (("2004-04-01", "2004-04-30"), ("2004-05-01", "2004-05-31"))
    )
    sent = [(episode_row(900), april), *((row, may) for row in moved)]
    lines = [
        line
        for number, (row, scope) in enumerate(sent)
        for line in forms.flat_lines(row, f"CONNECTION{number}", scope)
    ]
    (tmp_path / "flat.txt").write_text("\n".join([*lines, ""]))
    land(site, tmp_path / "flat.txt")
