"""Records in quarantine: what a user is told of them, without any patient's value."""

from pathlib import Path

import pytest

from tests.feeds import forms
from tests.pipeline_run import done
from tests.site_builder import Cell, NwcsFile, episode_row

# What is wrong with the second record of two, and what is said of it after the file's name.
FAULTS: list[tuple[dict[str, Cell], str]] = [
    ({"local_patient_identifier": ""}, "E01 local_patient_identifier: a required field is blank"),
    ({"episode_end_date": ""}, "E01 episode_end_date: a required field is blank"),
    ({"birth_date": "unknown"}, "E02 birth_date: a field has the wrong form"),
    ({"episode_number": "88"}, "E02 episode_number: a field has the wrong form"),
    ({"provider_code": "rxa"}, "E02 provider_code: a field has the wrong form"),
    ({"admission_method": "77"}, "E03 admission_method: a code is not in its list"),
    ({"cds_record_type": "999"}, "E03 cds_record_type: a code is not in its list"),
    ({"discharge_date": "2004-04-09"}, "E04 discharge_date: dates are out of order"),
    (
        {"birth_date": "1879-12-31"},
        "E07 birth_date: an impossible date of birth",
    ),
]


# What DuckDB reads as a date, or nearly, and is not written as one.
NEARLY_DATES = (
    "2004-4-1",
    "2004/04/01",
    "999-01-01",
    "0000-01-01",
    "10000-01-01",
    "0044-03-15 (BC)",
    "-0044-03-15",
    "2004-02-30",
    "infinity",
    "epoch",
    "2004-04-01 00:00:00",
)


@pytest.mark.parametrize("form", ["nwcs", "cds62", "sus"])
@pytest.mark.parametrize(("given", "says"), FAULTS, ids=lambda value: str(value)[:30])
def test_a_record_in_quarantine(
    given: dict[str, Cell], says: str, form: str, site: Path, tmp_path: Path
) -> None:
    rows = [episode_row(1), episode_row(2, **given)]
    file = tmp_path / "feed"
    file.write_bytes(
        {
            "nwcs": lambda: NwcsFile("N1", rows).content(),
            "cds62": lambda: forms.flat_file(rows),
            "sus": lambda: forms.csv_file(forms.sus_rows(rows)),
        }[form]()
    )
    line = {"nwcs": 4, "cds62": 4, "sus": 3}[form]
    lines = done(site, "land", str(file)).output.splitlines()
    assert lines[0] == "feed: landed. 2 records landed, 1 quarantined."
    assert f"feed: {says}, in line {line}." in lines
    for value in (rows[1]["nhs_number"], "L0000002", "unknown", "1879"):
        assert value not in "\n".join(lines)


def test_each_rule_is_told_with_its_own_field(site: Path, tmp_path: Path) -> None:
    row = episode_row(1, local_patient_identifier="", admission_method="77")
    file = NwcsFile("N1", [row]).write(tmp_path / "feed.csv")
    assert done(site, "land", str(file)).output.splitlines() == [
        "feed.csv: landed. 1 record landed, 1 quarantined.",
        "feed.csv: E01 local_patient_identifier: a required field is blank, in line 3.",
        "feed.csv: E03 admission_method: a code is not in its list, in line 3.",
    ]


def test_what_is_nearly_a_date(site: Path, tmp_path: Path) -> None:
    """E02: a date is written YYYY-MM-DD."""
    rows = [episode_row(number, birth_date=text) for number, text in enumerate(NEARLY_DATES, 1)]
    file = NwcsFile("N1", rows).write(tmp_path / "feed.csv")
    assert done(site, "land", str(file)).output.splitlines() == [
        f"feed.csv: landed. {len(rows)} records landed, {len(rows)} quarantined.",
        "feed.csv: E02 birth_date: a field has the wrong form, in lines 3, 4, 5, 6, 7 "
        f"and {len(rows) - 5} more.",
    ]


def test_an_identifier_that_occurs_again(site: Path, tmp_path: Path) -> None:
    """E05: the last occurrence stands; of many lines the first five are told."""
    file = NwcsFile("N1", [episode_row(1)] * 8).write(tmp_path / "feed.csv")
    assert done(site, "land", str(file)).output.splitlines() == [
        "feed.csv: landed. 8 records landed, 7 quarantined.",
        "feed.csv: E05 cds_unique_identifier: the identifier occurs again further down the same "
        "interchange, in lines 3, 4, 5, 6, 7 and 2 more.",
    ]


def test_a_record_outside_its_bulk_replacement(site: Path, tmp_path: Path) -> None:
    """E06: by its activity date or its type."""
    rows = [episode_row(1, admission_date="2004-05-10"), episode_row(2, cds_record_type="190")]
    bulk = {"bulk_group": "010", "period_start": "2004-04-01", "period_end": "2004-04-30"}
    file = NwcsFile("N1", rows, protocol="020", **bulk).write(tmp_path / "feed.csv")
    assert done(site, "land", str(file)).output.splitlines()[1:] == [
        "feed.csv: E06 cds_activity_date: outside the report period or group of its bulk "
        "replacement, in line 3.",
        "feed.csv: E06 cds_record_type: outside the report period or group of its bulk "
        "replacement, in line 4.",
    ]
