"""The reference files of attribution: the ODS files as they come, and files that are wrong."""

import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from tests.attribution.ods import member_row, practice_row, write_ods
from tests.pipeline_run import close, export, land, pbc
from tests.site_builder import SiteBuilder, nhs_number
from transforms import mark, reference, warehouse
from transforms.errors import UsageError

PERIOD = "2004-04"


@pytest.fixture
def builder(tmp_path: Path) -> SiteBuilder:
    """A site with a tariff and nothing sent."""
    builder = SiteBuilder(tmp_path / "site")
    builder.setting("gates", enforce=False)
    builder.tariff(hrg_code="H02", elective_price="4000")
    return builder


def warnings_of(site: Path) -> dict[str, int]:
    """Returns the warnings that the control report counts, by rule."""
    control = json.loads((site / f"out/5XA/{PERIOD}/r1/control.json").read_text())
    return {each["rule"]: each["records"] for each in control["warnings"]}


def attributed(site: Path) -> dict[str, tuple[str, str, str]]:
    """Returns basis, practice and responsibility of each spell."""
    return {
        row["spell_id"]: (row["attribution_basis"], row["practice_code"], row["responsible"])
        for row in export(site, "charges", PERIOD)
    }


def test_ods_files_in_place_of_the_sites_own(builder: SiteBuilder) -> None:
    """Practices and memberships from epraccur and epcmem, with their dates as CCYYMMDD."""
    builder.episode()  # Y90001, open and a member
    builder.episode(gp_practice_code="Y90002")  # closed the day before
    builder.episode(gp_practice_code="Y90003")  # another commissioner's from that day on
    builder.episode(gp_practice_code="Y90004")  # closes on the day
    builder.episode(gp_practice_code="Y90005", residence_commissioner="5XB")  # never open
    site = builder.write()
    for name in ("practices", "memberships"):
        (builder.reference / f"{name}.csv").unlink()
    write_ods(
        builder.reference / "epraccur.csv",
        [
            practice_row("Y90001", "AN INVENTED SURGERY, THE"),
            practice_row("Y90002", "CLOSED", closed="20040409"),
            practice_row("Y90003", "MOVED"),
            practice_row("Y90004", "CLOSING", closed="20040410"),
            practice_row("Y90005", "NEVER OPEN", opened="20040601", closed="20040401"),
        ],
    )
    write_ods(
        builder.reference / "epcmem.csv",
        [
            member_row("Y90001", "5XA", "19900401"),
            member_row("Y90002", "5XA", "19900401"),
            member_row("Y90003", "5XA", "19900401", "20040409"),
            member_row("Y90003", "5XB", "20040410"),
            member_row("Y90004", "5XA", "19900401"),
        ],
    )
    land(site)
    close(site, PERIOD)
    assert attributed(site) == {
        "RXA-S0000001": ("submitted_practice", "Y90001", "true"),
        "RXA-S0000002": ("resident", "RESIDENT", "true"),
        "RXA-S0000003": ("submitted_practice", "Y90003", "false"),
        "RXA-S0000004": ("submitted_practice", "Y90004", "true"),
        "RXA-S0000005": ("none", "", "false"),
    }
    assert warnings_of(site)["W12"] == 1  # the practice that closed before it opened
    statement = json.loads((site / f"out/5XA/{PERIOD}/r1/Y90001/statement.json").read_text())
    assert statement["identity"]["practice_name"] == "AN INVENTED SURGERY, THE"
    assert statement["identity"]["practice_address"] == "1 EXAMPLE STREET, EXAMPLETON"


def test_reference_data_that_contradict_themselves_are_counted(builder: SiteBuilder) -> None:
    """Overlapping registrations, a membership gap, two commissioners, an unknown practice."""
    for code in ("Y90002", "Y90003", "Y90004"):
        builder.practice(code, member=False)
    builder.registration(nhs_number(1), "Y90001", "2000-01-01")
    builder.registration(nhs_number(1), "Y90004", "2003-01-01")
    builder.membership("Y90004")
    builder.episode()  # registered twice: the later start
    builder.membership("Y90002", "5XA", "1990-04-01", "2004-03-31")
    builder.membership("Y90002", "5XA", "2004-05-01")
    builder.episode(gp_practice_code="Y90002")  # with nobody in April
    builder.membership("Y90003", "5XA")
    builder.membership("Y90003", "5XB")
    builder.episode(gp_practice_code="Y90003")  # with two
    builder.membership("Y99999")
    builder.registration(nhs_number(4), "Y99999")
    builder.episode()  # registered with a practice that no list has
    site = builder.write()
    land(site)
    close(site, PERIOD)
    assert attributed(site) == {
        "RXA-S0000001": ("registration", "Y90004", "true"),
        "RXA-S0000002": ("submitted_practice", "Y90002", "false"),
        "RXA-S0000003": ("submitted_practice", "Y90003", "true"),
        "RXA-S0000004": ("registration", "Y99999", "true"),
    }
    assert warnings_of(site) == {"W08": 1, "W09": 1, "W10": 1, "W11": 1}
    (challenged,) = export(site, "not_responsible", PERIOD)
    assert challenged["reason"] == "practice Y90002 is with no commissioner on the date"


def test_a_successor_that_no_list_has_is_counted(builder: SiteBuilder) -> None:
    """Its predecessor's charges are posted to its code, and the control report says so."""
    builder.succession("Y90001", "Y99999", "2004-04-01")
    builder.episode()
    site = builder.write()
    land(site)
    close(site, PERIOD)
    assert [row["budget_holder"] for row in export(site, "charges", PERIOD)] == ["Y99999"]
    assert warnings_of(site) == {"W11": 1}


Spoil = Callable[[SiteBuilder], object]


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (
            lambda site: site.registration(nhs_number(1), "Y90001", "2004-02-01", "2004-01-01"),
            "reference/registrations.csv has rows that cannot be used; correct them:\n"
            "  line 2: end_date is before start_date",
        ),
        (
            lambda site: [
                site.registration(nhs_number(1), "Y90001", "2004-01-01"),
                site.registration(nhs_number(2), "Y90001", "2004-02-01", "2004-02-02"),
                site.registration(nhs_number(1), "Y90001", "2004-02-01", "2004-01-01"),
            ],
            "correct them:\n  line 4: end_date is before start_date",
        ),
        (
            lambda site: [
                site.registration(nhs_number(1), "Y90001", "2004-01-01", "2004-02-30"),
                site.registration(nhs_number(2), " Y90001\t", "2004-01-01"),
                site.registration(nhs_number(3), "Y-90001", "infinity"),
                site.registration("", " ", "2004-01-01", " "),
            ],
            "reference/registrations.csv has rows that cannot be used; correct them:\n"
            "  line 2: end_date is not a date, YYYY-MM-DD\n"
            "  line 4: practice_code is not a code of letters and digits\n"
            "  line 4: start_date is not a date, YYYY-MM-DD\n"
            "  line 5: nhs_number is blank\n"
            "  line 5: practice_code is blank",
        ),
        (
            lambda site: site.membership("Y90001", "5XA", "2004-02-01", "2004-01-01"),
            "reference/memberships.csv has rows that cannot be used; correct them:\n  line 3: end_",
        ),
        (
            lambda site: site.gp("G9100001", "Y90001", "2004-02-01", "2004-01-01"),
            "reference/gps.csv has rows that cannot be used; correct them:\n  line 2: end_date",
        ),
        (
            lambda site: site.practice("Y2", open_date="2004-02-01", close_date="2004-01-01"),
            "reference/practices.csv has rows that cannot be used; correct them:\n  line 3: close_",
        ),
        (
            lambda site: site.membership("Y90001", "5XA", "01/04/2004"),
            "line 3: start_date is not a date, YYYY-MM-DD",
        ),
        (
            lambda site: site.practice("Y90001"),
            "reference/practices.csv, lines 2 and 3: two rows for the same practice_code",
        ),
        (
            lambda site: site.budget("Y99999"),
            "line 2: practice_code Y99999 is not in the list of practices",
        ),
        (
            lambda site: [site.budget(), site.budget(pod="daycase"), site.budget()],
            "reference/budgets.csv, lines 2 and 4: two rows for the same financial_year,",
        ),
        (
            lambda site: site.add(
                "profile", financial_year="2004/05", pod="elective", month="2004-04", share="0.1"
            ),
            "line 2: the shares of 2004/05 elective are not twelve that reach 1 in March",
        ),
        (
            lambda site: [
                site.succession("Y90001", "Y2", "2004-04-01"),
                site.succession("Y90001", "Y3", "2004-05-01"),
            ],
            "line 3: practice Y90001 has two successors; keep one",
        ),
        (
            lambda site: [
                site.succession("Y0", "Y1", "2004-04-01"),
                site.succession("Y1", "Y2", "2004-04-01"),
                site.succession("Y2", "Y3", "2004-05-01"),
                site.succession("Y3", "Y1", "2004-06-01"),
            ],
            "the successions go in a circle: Y1 -> Y2 -> Y3 -> Y1.",
        ),
        (
            lambda site: site.succession("Y1", "Y1", "2004-04-01"),
            "the successions go in a circle: Y1 -> Y1.",
        ),
    ],
)
def test_a_wrong_file_is_an_error(spoil: Spoil, told: str, builder: SiteBuilder) -> None:
    """It names file, line and column; nothing is closed, and no patient's number is shown."""
    spoil(builder)
    builder.episode()
    site = builder.write()
    land(site)
    outcome = pbc(site, "close", PERIOD)
    assert outcome.exit_code == 2
    assert told in outcome.output
    assert nhs_number(1) not in outcome.output


def test_a_register_with_a_line_of_too_few_fields(builder: SiteBuilder) -> None:
    """A register is read straight into its table, its lines as strictly as another file's."""
    for number in (1, 2):
        builder.registration(nhs_number(number))
    builder.episode()
    site = builder.write()
    with (builder.reference / "registrations.csv").open("a", encoding="utf-8") as file:
        file.write(f"{nhs_number(3)},Y90001,2004-01-01\n")
    land(site)
    outcome = pbc(site, "close", PERIOD)
    assert outcome.exit_code == 2
    assert "reference/registrations.csv, line 4: this line cannot be read as 4" in outcome.output
    assert nhs_number(3) not in outcome.output


def test_both_files_present(builder: SiteBuilder) -> None:
    """Which of them holds is not guessed."""
    builder.episode()
    site = builder.write()
    write_ods(builder.reference / "epraccur.csv", [practice_row("Y90001", "A SURGERY")])
    land(site)
    outcome = pbc(site, "close", PERIOD)
    assert outcome.exit_code == 2
    assert "practices.csv and reference/epraccur.csv are both there" in outcome.output


def test_neither_file_present(builder: SiteBuilder) -> None:
    """The message names both."""
    builder.episode()
    site = builder.write()
    (builder.reference / "memberships.csv").unlink()
    land(site)
    outcome = pbc(site, "close", PERIOD)
    assert outcome.exit_code == 2
    assert "memberships.csv is missing, and epcmem.csv is not there" in outcome.output


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([member_row("Y90001", "5XA", "1990-04-01")], "line 1: join_parent_date is not a date, CC"),
        ([member_row("Y90001", "5XA", "")], "line 1: join_parent_date is blank"),
        ([member_row("Y90001", "5XA", "19900401")[:5]], "line 1: 5 columns, where the file of the"),
        (
            [member_row("Y90001", "5XA", "19900401"), member_row("Y9", "5XA", "19900401")[:4]],
            "line 2: this line cannot be read as 6",
        ),
    ],
)
def test_an_ods_file_that_is_not_one(rows: list[list[str]], told: str, tmp_path: Path) -> None:
    """A file of other columns or dates is an error, not a file of blanks."""
    path = tmp_path / "epcmem.csv"
    write_ods(path, rows)
    with duckdb.connect() as connection:
        connection.execute((warehouse.SQL / "session" / "macros.sql").read_text(encoding="utf-8"))
        connection.execute("create schema reference")
        layout = reference.ODS_LAYOUTS["epcmem.csv"]
        reference.create(connection, layout)
        with pytest.raises(UsageError) as error:
            reference.load(connection, path, layout, "reference/epcmem.csv")
    assert told in str(error.value)


def test_layouts_are_as_published() -> None:
    """epraccur has 27 columns, epcmem six, and each takes the place of a required file."""
    layouts = reference.ODS_LAYOUTS
    assert {name: len(layout.columns) for name, layout in layouts.items()} == {
        "epraccur.csv": 27,
        "epcmem.csv": 6,
    }
    assert mark.REQUIRED == {"practices.csv": "epraccur.csv", "memberships.csv": "epcmem.csv"}
