"""The delivered reference files agree with each other, and claim nothing of real organisations."""

import json
import tomllib
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from tests.models.attribution import valid_nhs_number
from tests.models.money import to_penny
from tests.pipeline_run import done
from tests.sample.sample_files import SampleSite
from transforms.site import load_site

FIRST_DAY = "2004-04-01"
MERGED, SUCCESSOR, MERGER = "Y90012", "Y90007", "2004-07-01"
PODS = {"daycase", "elective", "non_elective"}


def own(site: SampleSite) -> set[str]:
    """The commissioner's practices."""
    return {
        row["practice_code"]
        for row in site.reference("memberships")
        if row["commissioner_code"] == "5XA"
    }


def test_the_settings_are_a_site_s(site: SampleSite) -> None:
    settings = load_site(site.directory).config
    assert [each.code for each in settings.commissioners] == ["5XA"]
    assert settings.ledger.opens == "2004-04"
    assert not settings.delivery.enabled
    assert "fictitious" in settings.site.name


def test_fourteen_practices_with_all_the_patients(site: SampleSite) -> None:
    lists = {
        row["practice_code"]: int(row["list_size"])
        for row in site.reference("practices")
        if row["practice_code"] in own(site)
    }
    assert len(lists) == 14
    assert sum(lists.values()) == 11_600
    assert max(lists.values()) > 5 * min(lists.values())


def test_list_sizes_are_the_registrations_of_the_first_day(site: SampleSite) -> None:
    registered = Counter(
        row["practice_code"]
        for row in site.reference("registrations")
        if row["start_date"] < FIRST_DAY and not (row["end_date"] and row["end_date"] <= FIRST_DAY)
    )
    for row in site.reference("practices"):
        if row["practice_code"] in own(site):
            # Babies of the last weeks may have joined since the lists were counted.
            assert 0 <= registered[row["practice_code"]] - int(row["list_size"]) <= 5


def test_nobody_is_registered_twice_at_a_time(site: SampleSite) -> None:
    ends: dict[str, str] = {}
    for row in site.reference("registrations"):
        assert valid_nhs_number(row["nhs_number"])
        assert row["nhs_number"].startswith("999")
        assert ends.get(row["nhs_number"], "") <= row["start_date"]
        assert not row["end_date"] or row["start_date"] < row["end_date"]
        ends[row["nhs_number"]] = row["end_date"] or "9999-12-31"


def test_the_merger_is_the_same_in_every_file(site: SampleSite) -> None:
    (succession,) = site.reference("successions")
    assert succession == {
        "practice_code": MERGED,
        "successor_code": SUCCESSOR,
        "date": MERGER,
    }
    last_day = "2004-06-30"
    for table, column in (("practices", "close_date"), ("memberships", "end_date")):
        closed = {row["practice_code"]: row[column] for row in site.reference(table)}
        assert {code for code, day in closed.items() if day} == {MERGED}
        assert closed[MERGED] == last_day
    lists = [row for row in site.reference("registrations") if row["practice_code"] == MERGED]
    assert all(row["end_date"] and row["end_date"] <= MERGER for row in lists)
    doctors = [row for row in site.reference("gps") if row["practice_code"] == MERGED]
    assert {row["end_date"] for row in doctors} == {last_day}
    moved = {row["gmp_code"] for row in doctors}
    joined = {
        row["gmp_code"]
        for row in site.reference("gps")
        if row["practice_code"] == SUCCESSOR and row["start_date"] == MERGER
    }
    assert moved == joined


def test_patients_change_practice_within_the_months(site: SampleSite) -> None:
    changed = [
        row
        for row in site.reference("registrations")
        if FIRST_DAY < row["end_date"] < "2004-10-01" and row["practice_code"] != MERGED
    ]
    assert 0.02 < len(changed) / 11_600 < 0.06


def test_mail_goes_nowhere_real(site: SampleSite) -> None:
    allowed = load_site(site.directory).config.delivery.allowed_domains
    recipients = site.reference("recipients")
    assert {row["practice_code"] for row in recipients} == own(site)
    domains = {row["email"].split("@")[1] for row in recipients}
    assert all(domain.endswith(".example") for domain in domains)
    assert len(domains - allowed.keys()) == 1
    assert any(row["valid_to"] and row["valid_to"] < "2004-10-01" for row in recipients)


@pytest.mark.parametrize("edition", ["2004-05-1", "2006-07-1", "2006-07-2", "2017-18-1"])
def test_tariffs_say_that_they_are_invented(site: SampleSite, edition: str) -> None:
    folder = site.directory / "reference" / "tariffs" / edition
    settings = tomllib.loads((folder / "edition.toml").read_text(encoding="utf-8"))
    assert settings["source"].startswith("Invented for the sample site")
    assert "real" in settings["source"]
    rows = site.reference(f"tariffs/{edition}/tariff")
    assert len({row["hrg_code"] for row in rows}) == len(rows) > 20


def test_budgets_are_what_the_rule_makes_of_history(site: SampleSite) -> None:
    path = site.directory / "reference" / "budgets" / "2004-05.toml"
    rule = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    history: dict[tuple[str, str], dict[str, Decimal]] = {}
    for row in site.reference("history"):
        year = history.setdefault((row["practice_code"], row["financial_year"]), {})
        year[row["pod"]] = Decimal(row["amount"])
    budgets = {
        (row["practice_code"], row["pod"]): Decimal(row["annual_amount"])
        for row in site.reference("budgets")
    }
    assert budgets.keys() == {(practice, pod) for practice in own(site) for pod in PODS}
    for practice in own(site):
        dearest = max(
            (history[practice, year] for year in rule["years"]), key=lambda pods: sum(pods.values())
        )
        for pod, base in dearest.items():
            percent = rule["uplift_percent"].get(pod, rule["uplift_percent"]["default"])
            uplifted = base + to_penny(base * percent / 100)
            contingency = to_penny(uplifted * rule["contingency_percent"] / 100)
            assert budgets[practice, pod] == uplifted - contingency
    assert sum(budgets.values()) <= rule["resource_limit"]


def test_setting_the_delivered_budgets_changes_nothing(site: SampleSite, tmp_path: Path) -> None:
    """The pipeline works out what the generator did, and has kept how."""
    directory = tmp_path / "site"
    done(directory, "init", str(directory), "--sample")
    reference = Path("reference")
    files = [reference / "budgets.csv", reference / "budgets" / "2004-05.json"]
    told = json.loads(done(directory, "budgets", "set", "2004/05", "--json").output)
    assert told["changes"] == []
    assert told["changed"] is told["written"] is False
    assert told["practices"] == len(own(site))
    for file in files:
        assert (directory / file).read_bytes() == (site.directory / file).read_bytes()
