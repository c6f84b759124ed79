"""The delivered feeds: well-formed files, codes that are nobody's, and faults as planted."""

import json
import re
from collections import Counter

from tests.models.attribution import valid_nhs_number
from tests.sample.sample_files import SAMPLE, SampleSite

PLANTED = json.loads((SAMPLE / "planted.json").read_text(encoding="utf-8"))


def test_every_line_is_as_wide_as_the_column_line(site: SampleSite) -> None:
    for interchange in site.interchanges:
        assert interchange.columns[0] == "COL"
        assert len(interchange.header) == 11
        for record in interchange.records:
            assert record[0] == "REC"
            assert len(record) == len(interchange.columns)


def test_trailers_count_the_records(site: SampleSite) -> None:
    for interchange in site.interchanges:
        count = str(len(interchange.records))
        assert interchange.trailer == ["TRL", interchange.identifier, count]


def test_files_arrive_in_the_order_of_their_names(site: SampleSite) -> None:
    extracts = [interchange.header[10] for interchange in site.interchanges]
    assert extracts == sorted(extracts)
    assert len(set(extracts)) == len(extracts)


def test_a_month_has_the_files_made_before_its_statement_day(site: SampleSite) -> None:
    for interchange in site.interchanges:
        year, month = interchange.file_name[:4], int(interchange.file_name[5:7])
        extract = interchange.header[10]
        assert f"{year}-{month:02d}-15" < extract < f"{year}-{month + 1:02d}-07"


def test_one_hospital_replaces_in_bulk_and_the_other_sends_changes(site: SampleSite) -> None:
    protocols = {(each.sender, each.header[6]) for each in site.interchanges}
    assert protocols == {("RZ1", "020"), ("RZ2", "010")}
    scopes = Counter(each.header[7] for each in site.interchanges if each.header[6] == "020")
    assert scopes.keys() == {"010", "020", "030", "040"}
    assert scopes["010"] == 6 + 5 + 2  # each month, the month before, and April and June once more
    for interchange in site.interchanges:
        is_bulk = interchange.header[6] == "020"
        assert all(bool(field) == is_bulk for field in interchange.header[7:10])


def test_some_senders_write_the_site_suffix(site: SampleSite) -> None:
    assert {each.header[4] for each in site.interchanges} == {"RZ1", "RZ100", "RZ200"}


def test_nhs_numbers_are_of_the_range_that_is_never_issued(site: SampleSite) -> None:
    numbers = [row["nhs_number"] for row in site.all_records() if row["nhs_number"]]
    assert all(re.fullmatch("999[0-9]{7}", number) for number in numbers)
    wrong = [number for number in numbers if not valid_nhs_number(number)]
    assert 0.003 < len(wrong) / len(numbers) < 0.015


def test_codes_have_the_patterns_of_their_kind(site: SampleSite) -> None:
    patterns = {
        "postcode": r"ZQ[0-9]{1,2} [1-9][A-Z]{2}|ZZ99 3VZ",
        "gp_practice_code": r"Y[0-9]{5}|V8199[789]",
        "gmp_code": r"G[0-9]{7}|",
        "consultant_code": r"C[0-9]{7}",
        "provider_spell_number": r"[ET][0-9]{9}",
        "primary_diagnosis": r"[A-Z][0-9]{2}[0-9X]?|",
        "primary_procedure": r"[A-Z][0-9]{3}|",
        "hrg_code": r"[A-Z][0-9]{2}|",
        "commissioning_serial_number": r"5XA0[12]=?",
        "residence_commissioner": r"5XA(00)?|5XB",
    }
    for row in site.all_records():
        if row["cds_update_type"] != "1":
            for column, pattern in patterns.items():
                assert re.fullmatch(pattern, row[column]), f"{column} {row[column]!r}"


def test_a_deletion_says_no_more_than_which_record(site: SampleSite) -> None:
    said = {
        "cds_unique_identifier",
        "cds_record_type",
        "cds_update_type",
        "cds_applicable_datetime",
        "cds_activity_date",
        "provider_code",
    }
    deletions = [row for row in site.all_records() if row["cds_update_type"] == "1"]
    assert len(deletions) == PLANTED["deletions"] > 0
    for row in deletions:
        assert {column for column, value in row.items() if value} == said


def test_fates_are_as_planted(site: SampleSite) -> None:
    fates: Counter[tuple[str, str, str]] = Counter()
    for (number, _), fate in site.outcome.fates.items():
        interchange = site.interchanges[number - 1]
        fates[interchange.sender, interchange.identifier, fate] += 1
    assert fates == {
        (row["sender"], row["interchange_id"], row["fate"]): row["records"]
        for row in PLANTED["fates"]
    }
    marked = len(site.outcome.correction_quarantined)
    assert marked == PLANTED["corrections_quarantined"] > 0


def test_quarantine_is_as_planted(site: SampleSite) -> None:
    found: Counter[tuple[str, str, str, str]] = Counter()
    for (number, _), landed in site.outcome.records.items():
        if landed.faults:
            interchange = site.interchanges[number - 1]
            rules = ";".join(sorted({fault.rule for fault in landed.faults}))
            fields = ";".join(dict.fromkeys(fault.field for fault in landed.faults))
            found[interchange.sender, interchange.identifier, rules, fields] += 1
    assert found == {
        (row["sender"], row["interchange_id"], row["rules"], row["fields"]): row["records"]
        for row in PLANTED["quarantine"]
    }


def test_every_rule_of_quarantine_has_a_few_records() -> None:
    rules: Counter[str] = Counter()
    for row in PLANTED["quarantine"]:
        for rule in row["rules"].split(";"):
            rules[rule] += row["records"]
    assert rules.keys() == {"E01", "E02", "E03", "E04", "E05", "E06", "E07"}
    assert all(2 <= count <= 20 for count in rules.values())
