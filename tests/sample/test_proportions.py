"""The delivered activity has the proportions of real hospital activity, within stated bands."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from statistics import mean

import pytest

from tests.models.pricing import point_of_delivery
from tests.sample.sample_files import SAMPLE, Row, SampleSite, rows_of
from tests.sample.test_feeds import PLANTED

Spell = list[Row]


def nights(spell: Spell) -> int:
    """Nights from admission to discharge."""
    return (date.fromisoformat(discharge(spell)) - admission(spell)).days


def discharge(spell: Spell) -> str:
    """The last discharge date of any episode, blank while the patient is in."""
    return max(row["discharge_date"] for row in spell)


def admission(spell: Spell) -> date:
    """The admission date, which the first episode says."""
    return date.fromisoformat(spell[0]["admission_date"])


def of(spells: Iterable[Spell], pod: str, kind: str | None = None) -> list[Spell]:
    """The discharged spells of a point of delivery, and of a type of admission where it is said."""
    return [
        spell
        for spell in spells
        if discharge(spell)
        and point_of_delivery(spell[0])[0] == pod
        and kind in (None, point_of_delivery(spell[0])[1])
    ]


def share(rows: Iterable[bool]) -> float:
    """How many of them are true."""
    return mean(1.0 if row else 0.0 for row in rows)


def test_episodes_a_spell(site: SampleSite) -> None:
    assert mean(len(spell) for spell in site.spells) == pytest.approx(1.25, abs=0.03)


def test_spells_a_year_for_a_thousand_people(site: SampleSite) -> None:
    discharged = sum(bool(discharge(spell)) for spell in site.spells)
    assert 280 < discharged * 2 / 11.6 < 310


def test_points_of_delivery(site: SampleSite) -> None:
    pods = Counter(point_of_delivery(spell[0])[0] for spell in site.spells)
    shares = {pod: count / len(site.spells) for pod, count in pods.items()}
    assert 0.45 < shares["non_elective"] < 0.52
    assert 0.30 < shares["daycase"] < 0.36
    assert 0.12 < shares["elective"] < 0.17
    assert 0.02 < shares["regular"] < 0.05


def test_length_of_stay(site: SampleSite) -> None:
    assert share(nights(spell) == 0 for spell in of(site.spells, "daycase")) > 0.98
    assert 2.5 < mean(map(nights, of(site.spells, "elective"))) < 4.5
    emergencies = of(site.spells, "non_elective", "emergency")
    assert 4 < mean(map(nights, emergencies)) < 6.5
    assert 0.15 < share(nights(spell) == 0 for spell in emergencies) < 0.35
    assert max(map(nights, emergencies)) > 40


def test_planned_admissions_keep_to_working_days_and_emergencies_do_not(site: SampleSite) -> None:
    planned = Counter(
        admission(spell).isoweekday()
        for pod in ("elective", "daycase")
        for spell in of(site.spells, pod)
    )
    assert planned[6] == planned[7] == 0
    assert planned[5] < planned[2]
    emergencies = Counter(
        admission(spell).isoweekday() for spell in of(site.spells, "non_elective", "emergency")
    )
    assert min(emergencies.values()) > 0.6 * max(emergencies.values())
    assert emergencies[6] + emergencies[7] < emergencies[1] + emergencies[2]


def test_the_old_and_the_newborn_are_admitted_most(site: SampleSite) -> None:
    ages = [
        (admission(spell) - date.fromisoformat(spell[0]["birth_date"])).days // 365
        for spell in site.spells
        if spell[0]["birth_date"]
    ]
    assert 0.28 < share(age >= 65 for age in ages) < 0.45
    assert 0.03 < share(age == 0 for age in ages) < 0.09
    assert max(ages) < 105
    women = [spell for spell in site.spells if point_of_delivery(spell[0])[1] == "maternity"]
    assert all(spell[0]["sex"] in ("2", "9") for spell in women)


def test_what_a_spell_costs(site: SampleSite) -> None:
    tariff = {row["hrg_code"]: row for row in site.reference("tariffs/2004-05-1/tariff")}
    for pod, column, least, most in (
        ("daycase", "daycase_price", 500, 700),
        ("elective", "elective_price", 1600, 2300),
        ("non_elective", "non_elective_price", 1200, 1600),
    ):
        prices = [
            int(tariff[row["hrg_code"]][column])
            for spell in of(site.spells, pod)
            for row in spell[-1:]
            if tariff.get(row["hrg_code"], {}).get(column)
        ]
        assert least < mean(prices) < most


def test_late_spells() -> None:
    late = {row["months"]: row["spells"] for row in PLANTED["spells_late_by_months"]}
    assert late.keys() == {0, 1, 2}
    assert 0.05 < (late[1] + late[2]) / PLANTED["spells_discharged"] < 0.10


def test_corrections_of_every_kind() -> None:
    kinds = {row["kind"]: row["spells"] for row in PLANTED["corrections_by_kind"]}
    assert kinds.keys() == {
        *("admission date", "coding", "nhs number", "practice", "recoding", "withdrawal")
    }
    assert PLANTED["replaced"] > 0


def test_numbers_and_practices_that_are_missing_or_wrong(site: SampleSite) -> None:
    first = [spell[0] for spell in site.spells]
    assert 0.02 < share(not row["nhs_number"] for row in first) < 0.06
    assert 0.03 < share(row["gp_practice_code"].startswith("V8199") for row in first) < 0.08
    known = {row["practice_code"] for row in site.reference("practices")}
    unknown = {row["gp_practice_code"] for row in first} - known - {"V81997", "V81998", "V81999"}
    assert unknown
    registered = {row["nhs_number"] for row in site.reference("registrations")}
    assert 0.90 < share(row["nhs_number"] in registered for row in first) < 0.97


def test_what_has_no_price_is_there_too(site: SampleSite) -> None:
    episodes = [row for spell in site.spells for row in spell]
    assert 0.005 < share(row["hrg_code"].startswith("U") for row in episodes) < 0.02
    assert any(not row["hrg_code"] for row in episodes)
    assert any(row["administrative_category"] == "02" for row in episodes)
    assert any(row["commissioning_serial_number"].endswith("=") for row in episodes)
    assert any(row["treatment_function"] == "161" for row in episodes)
    assert any(row["postcode"].startswith("ZZ99") for row in episodes)
    types = {row["cds_record_type"] for row in site.all_records()}
    assert types >= {"120", "130", "140", "150", "160", "190"}
    assert any(not discharge(spell) for spell in site.spells)


def test_days_that_do_not_count_lie_within_the_episode(site: SampleSite) -> None:
    found = Counter[str]()
    for row in (row for spell in site.spells for row in spell):
        for column in ("critical_care_days", "rehabilitation_days", "palliative_care_days"):
            stay = date.fromisoformat(row["episode_end_date"]) - date.fromisoformat(
                row["episode_start_date"]
            )
            if row[column]:
                found[column] += 1
                assert 0 < int(row[column]) <= stay.days
    assert len(found) == 3


def test_every_hrg_of_the_catalogue_says_what_it_is() -> None:
    catalogue = rows_of(SAMPLE / "catalogue" / "hrgs.csv")
    assert 60 <= len(catalogue) <= 120
    assert len({row["hrg_name"] for row in catalogue}) == len(catalogue)
