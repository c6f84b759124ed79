"""Warnings on live records, as the control report counts them."""

import json
from pathlib import Path

import pytest

from tests.feeds import forms
from tests.pipeline_run import close, land
from tests.site_builder import Cell, NwcsFile, SiteBuilder, episode_row

# Each warning, and what a record has that it is about.
WARNINGS: list[tuple[str, dict[str, Cell], bool]] = [
    ("W01", {"nhs_number": "123"}, True),
    ("W01", {"nhs_number": "1234567890"}, True),
    ("W01", {"nhs_number": "4444444444"}, True),
    ("W01", {"nhs_number": ""}, True),
    ("W01", {"nhs_number": "", "nhs_number_status": "04"}, False),
    ("W02", {"gp_practice_code": "V81999"}, True),
    ("W02", {"gp_practice_code": "Y99999"}, True),
    ("W02", {"gp_practice_code": "?"}, True),
    ("W02", {"gp_practice_code": ""}, False),
    ("W03", {"patient_classification": "2"}, True),
    ("W03", {"patient_classification": "2", "admission_method": "21", "nights": 0}, True),
    ("W03", {"patient_classification": "2", "nights": 0}, False),
    ("W05", {"postcode": "ZZ99 3VZ"}, True),
    ("W06", {"hrg_code": ""}, True),
    ("W06", {"hrg_code": "U01"}, True),
    ("W06", {"hrg_code": "", "cds_record_type": "190"}, False),
]


# What the control report says of each.
WORDS = {
    "W01": "NHS number not valid or missing though verified",
    "W02": "default or unknown practice code",
    "W03": "day case with a night in hospital or not admitted electively",
    "W04": "prime recipient changed during the record's life",
    "W05": "pseudo-postcode",
    "W06": "finished episode without a usable HRG",
}


def warnings(directory: Path, *files: Path) -> dict[str, int]:
    """Lands files in a new site and closes the month; returns its warnings by rule."""
    builder = SiteBuilder(directory / "site")
    builder.setting("gates", enforce=False)
    builder.tariff("H02", elective_price="1000", elective_trim_point="20")
    site = builder.write()
    land(site, *files)
    close(site, "2004-04")
    control = json.loads((site / "out" / "5XA" / "2004-04" / "r1" / "control.json").read_text())
    for each in control["warnings"]:
        assert each["text"] == WORDS[each["rule"]]
    return {each["rule"]: each["records"] for each in control["warnings"]}


def test_each_warning_is_counted(tmp_path: Path) -> None:
    rows = [
        episode_row(number, nights=int(str(given.get("nights", 3))), **without_nights(given))
        for number, (_, given, _) in enumerate(WARNINGS, start=1)
    ]
    found = warnings(tmp_path, NwcsFile("N1", rows).write(tmp_path / "feed.csv"))
    expected: dict[str, int] = {}
    for rule, _, warned in WARNINGS:
        expected[rule] = expected.get(rule, 0) + warned
    assert {rule: found.get(rule, 0) for rule in expected} == expected


def without_nights(given: dict[str, Cell]) -> dict[str, Cell]:
    return {name: value for name, value in given.items() if name != "nights"}


def test_a_prime_recipient_that_changed(tmp_path: Path) -> None:
    """W04, once for the record that is live."""
    later = episode_row(1, cds_applicable_datetime="2004-05-02T12:00:00")
    first = NwcsFile("N1", [episode_row(1)], prime_recipient="5XB").write(tmp_path / "1.csv")
    second = NwcsFile("N2", [later]).write(tmp_path / "2.csv")
    assert warnings(tmp_path, first, second)["W04"] == 1


@pytest.mark.parametrize("grouped", [True, False])
def test_an_episode_that_no_grouper_result_is_of(grouped: bool, tmp_path: Path) -> None:
    """W06, for a feed that carries no HRG."""
    rows = [episode_row(1)]
    flat, results = tmp_path / "flat.txt", tmp_path / "grouped.csv"
    flat.write_bytes(forms.flat_file(rows))
    results.write_bytes(forms.grouper_file(rows if grouped else [episode_row(9)]))
    assert warnings(tmp_path, flat, results).get("W06", 0) == (0 if grouped else 1)
