"""The same activity in three forms: the same field by field, where a form has the field."""

import csv
import hashlib
import json
from collections import Counter
from pathlib import Path

import pytest

from tests.feeds.forms import SUS_COLUMNS
from tests.sample.sample_files import COMMISSIONER, Row, SampleSite, rows_of

pytestmark = pytest.mark.xdist_group("sample forms")  # made once, in one process

# Line, first character (from 1) and length of each field of the flat form that the sample fills.
FLAT = {
    "cds_record_type": ("01", 44, 3),
    "cds_unique_identifier": ("01", 53, 35),
    "cds_update_type": ("01", 88, 1),
    "nhs_number_status": ("01", 343, 2),
    "nhs_number": ("01", 345, 10),
    "local_patient_identifier": ("01", 321, 10),
    "postcode": ("01", 1035, 8),
    "residence_commissioner": ("01", 1043, 12),
    "sex": ("01", 1055, 1),
    "commissioning_serial_number": ("01", 1068, 6),
    "provider_code": ("01", 1118, 12),
    "commissioner_code": ("01", 1130, 12),
    "gmp_code": ("01", 1150, 8),
    "gp_practice_code": ("01", 1158, 12),
    "referrer_code": ("01", 1170, 8),
    "consultant_code": ("01", 1191, 8),
    "main_specialty": ("01", 1199, 3),
    "treatment_function": ("01", 1202, 3),
    "provider_spell_number": ("05", 38, 12),
    "administrative_category": ("05", 50, 2),
    "patient_classification": ("05", 52, 1),
    "admission_method": ("05", 53, 2),
    "source_of_admission": ("05", 55, 2),
    "discharge_destination": ("05", 106, 2),
    "discharge_method": ("05", 108, 1),
    "episode_number": ("05", 159, 2),
    "last_episode_in_spell": ("05", 161, 1),
    "rehabilitation_days": ("05", 199, 3),
    "palliative_care_days": ("05", 202, 3),
    "intended_management": ("05", 294, 1),
}
FLAT_DAYS = {
    "cds_activity_date": ("01", 141, 8),
    "birth_date": ("01", 358, 8),
    "admission_date": ("05", 57, 8),
    "discharge_date": ("05", 117, 8),
    "episode_start_date": ("05", 166, 8),
    "episode_end_date": ("05", 180, 8),
}
SUS = SUS_COLUMNS | {
    "primary_diagnosis": "Primary Diagnosis (ICD)",
    "primary_procedure": "Primary Procedure (OPCS)",
    "critical_care_days": "Critical Care Days",
}


def flat_records(folder: Path) -> list[dict[str, str]]:
    """The records of a flat inbox in order, each as its lines by line type."""
    records: list[dict[str, str]] = []
    for path in sorted(folder.glob("*.txt")):
        for line in path.read_text(encoding="ascii").splitlines():
            if line.startswith("01"):
                records.append({})
            assert line[:2] not in records[-1]
            records[-1][line[:2]] = line
    return records


def cut(record: dict[str, str], place: tuple[str, int, int]) -> str:
    """A field of a flat record."""
    line, start, length = place
    return record.get(line, "")[start - 1 : start - 1 + length].strip()


def repeats(line: str, width: int) -> list[str]:
    """The codes of a line of diagnoses or procedures: six characters at the head of each repeat."""
    return [line[start : start + 6].strip() for start in range(42, len(line), width)]


def codes(row: Row, primary: str, secondary: str) -> list[str]:
    """Primary and secondary codes of a record."""
    return [code for code in [row[primary], *row[secondary].split(";")] if code]


def submitted(site: SampleSite) -> list[Row]:
    """The clearing-service records, in the order in which all forms have them."""
    return list(site.all_records())


def test_sus_says_the_same(site: SampleSite, made: dict[str, Path]) -> None:
    inbox = made["sus"] / "inbox" / COMMISSIONER
    rows = [row for path in sorted(inbox.iterdir()) for row in rows_of(path)]
    expected = submitted(site)
    assert len(rows) == len(expected)
    for row, record in zip(rows, expected, strict=True):
        assert {name: row[column] for name, column in SUS.items()} == {
            name: record[name] for name in SUS
        }
        secondary = [row[f"Secondary Diagnosis {number} (ICD)"] for number in range(1, 7)]
        assert ";".join(filter(None, secondary)) == record["secondary_diagnoses"]
        secondary = [row[f"Secondary Procedure {number} (OPCS)"] for number in range(1, 4)]
        assert ";".join(filter(None, secondary)) == record["secondary_procedures"]


def test_flat_lines_say_the_same_but_for_the_hrg(site: SampleSite, made: dict[str, Path]) -> None:
    records = flat_records(made["cds62"] / "inbox" / COMMISSIONER)
    expected = submitted(site)
    assert len(records) == len(expected)
    for record, row in zip(records, expected, strict=True):
        assert record["01"][37:43] == "NHS6-2"
        assert len({line[2:37] for line in record.values()}) == 1
        assert {name: cut(record, place) for name, place in FLAT.items()} == {
            name: row[name] for name in FLAT
        }
        for name, place in FLAT_DAYS.items():
            assert cut(record, place) == row[name].replace("-", "")
        when = cut(record, ("01", 89, 8)) + cut(record, ("01", 97, 6))
        assert when == "".join(filter(str.isdigit, row["cds_applicable_datetime"]))
        assert repeats(record.get("02", ""), 7) == codes(
            row, "primary_diagnosis", "secondary_diagnoses"
        )
        assert repeats(record.get("03", ""), 42) == codes(
            row, "primary_procedure", "secondary_procedures"
        )
        days = int(row["critical_care_days"] or 0)
        assert ("06" in record) == (days > 0)


def test_scopes_are_the_same_in_every_form(site: SampleSite, made: dict[str, Path]) -> None:
    scopes = Counter[tuple[str, ...]]()
    for interchange in site.interchanges:
        _, _, _, _, sender, recipient, protocol, group, start, end, extract = interchange.header
        scope = (sender, recipient, protocol, group, start, end, extract)
        scopes[scope] += len(interchange.records)
    written = {scope: count for scope, count in scopes.items() if count}
    flat = Counter(
        (
            *(cut(record, ("01", start, 12)) for start in (149, 161)),
            *(cut(record, ("01", start, 3)) for start in (50, 47)),
            *(dashed(cut(record, ("01", start, 8))) for start in (117, 125)),
            dashed(cut(record, ("01", 103, 8))) + "T" + timed(cut(record, ("01", 111, 6))),
        )
        for record in flat_records(made["cds62"] / "inbox" / COMMISSIONER)
    )
    assert flat == written
    sus = Counter(
        (
            row["Organisation code: Sender of transaction"],
            row["Prime Recipient"],
            row["Protocol identifier"],
            row["Bulk replacement CDS group"],
            row["Report period Start Date"],
            row["Report period End Date"],
            row["Extract date/time"],
        )
        for path in sorted((made["sus"] / "inbox" / COMMISSIONER).iterdir())
        for row in rows_of(path)
    )
    assert sus == written


def dashed(day: str) -> str:
    """CCYYMMDD as CCYY-MM-DD."""
    return "-".join(filter(None, (day[:4], day[4:6], day[6:])))


def timed(time: str) -> str:
    """HHMMSS as HH:MM:SS."""
    return ":".join((time[:2], time[2:4], time[4:]))


def test_the_grouper_gives_the_hrgs_of_the_sound_records(
    site: SampleSite, made: dict[str, Path]
) -> None:
    inbox = made["cds62"] / "inbox" / COMMISSIONER
    newest = {
        (row["PROCODET"][:3], row["PROVSPNO"], int(row["EPIORDER"])): row
        for path in sorted(inbox.glob("*_grouper.csv"))
        for row in rows_of(path)
    }
    for spell in site.spells:
        for row in spell:
            key = row["provider_code"], row["provider_spell_number"], int(row["episode_number"])
            grouped = newest.get(key, {"FCE_HRG": "", "SpellHRG": ""})
            assert grouped["FCE_HRG"] == row["hrg_code"]
            assert grouped["SpellHRG"] == row["spell_hrg_code"]


def test_flat_files_are_known_by_their_content(made: dict[str, Path]) -> None:
    planted = json.loads(made["cds62"].with_name("planted.json").read_text(encoding="utf-8"))
    for interchange in planted["interchanges"]:
        path = made["cds62"] / "inbox" / COMMISSIONER / f"{interchange['file']}.txt"
        assert interchange["interchange_id"] == hashlib.sha256(path.read_bytes()).hexdigest()


def test_reference_files_do_not_depend_on_the_form(made: dict[str, Path]) -> None:
    for name in ("registrations", "budgets"):
        texts = {(made[form] / "reference" / f"{name}.csv").read_text() for form in made}
        assert len(texts) == 1
    with (made["sus"] / "reference" / "practices.csv").open() as file:
        assert next(csv.reader(file))[0] == "practice_code"
