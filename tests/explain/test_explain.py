"""What `pbc explain` tells of a spell: its price, its practice and its postings."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.pipeline_run import close, done, land, pbc
from tests.site_builder import SiteBuilder, episode_row, nhs_number

PERIODS = ("2004-04", "2004-05")
INVALID = "9990000033"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One spell for each way that a price and an attribution can go; April and May closed."""
    builder = SiteBuilder(tmp_path_factory.mktemp("site"))
    builder.setting("gates", enforce=False)
    builder.practice("Y90002")
    builder.practice("Y90003", close_date="2004-03-31")
    builder.practice("Y90004", member=False)
    builder.membership("Y90004", "5XB")
    builder.succession("Y90001", "Y90002", "2004-05-01")
    builder.registration(nhs_number(2), "Y90001", "2000-01-01")
    builder.registration(nhs_number(2), "Y90002", "2003-01-01")
    builder.gp("G9100001", "Y90001")
    tariff = builder.edition(market_forces="in_price")
    tariff.tariff(
        "H02",
        hrg_name="An invented operation",
        elective_price="4000",
        non_elective_price="5000",
        elective_trim_point="5",
        non_elective_trim_point="9",
        excess_day_price="250",
        short_stay_percent="40",
    )
    tariff.tariff("H03", non_elective_price="1")
    tariff.market_forces("1.05", "RXA")
    tariff.top_up("Spine", "20", field="diagnosis", value="K4")
    tariff.top_up("Children", "30", field="diagnosis", value="K4", maximum_age=17)
    tariff.top_up_provider("Spine", "RXA")
    tariff.top_up_provider("Children", "RXA")
    tariff.procedure_rank("W371", 3)
    tariff.exclusion("administrative_category", "02", reason="private patient")
    tariff.local_price("L01", "75.50", per="day", provider_code="RXA")
    builder.episode(nights=8)  # 1: excess days, a top-up, market forces; moved in May
    builder.episode(nights=1, admission_method="21", primary_diagnosis="A01")  # 2: short stay
    builder.episode(hrg_code="L01", nights=4)  # 3: a local price
    builder.episode(administrative_category="02", nhs_number=INVALID)  # 4: excluded
    builder.episode(hrg_code="H03", nhs_number="", gp_practice_code="Y90003", gmp_code="G9100001")
    builder.episode(gp_practice_code="Y90004")  # 6: another commissioner's
    builder.episode(gp_practice_code="V81999", residence_commissioner="5XB")  # 7: nobody's
    builder.episode(gp_practice_code="V81999")  # 8: a resident
    builder.episode(discharge_date="", episode_end_date="2004-04-20", hrg_code="U01")  # 9: open
    two = {"provider_spell_number": "TWO", "admission_date": "2004-04-10"}
    builder.episode(nights=4, episode_end_date="2004-04-11", hrg_code="H03", **two)
    builder.episode(
        nights=4,
        episode_start_date="2004-04-11",
        episode_number=2,
        primary_procedure="W371",
        **two,
    )
    directory = builder.write()
    land(directory)
    close(directory, PERIODS[0])
    builder.interchange(  # spell 3 is taken back
        [
            episode_row(
                3,
                cds_update_type="1",
                admission_date="2004-04-10",
                cds_applicable_datetime="2004-05-20T12:00:00",
            )
        ]
    )
    builder.write()
    land(directory)
    close(directory, PERIODS[1])
    return directory


TOLD = {
    "S0000001": [
        "Length of stay 8 nights. Age at admission: 54.",
        "Priced by tariff.csv, line 2 of edition 2004-05.",
        "1. Base price                 4,000.00  the elective price of HRG H02, tariff.csv, line 2",
        "2. Short stay adjustment          0.00  none: only for an emergency, and this is elective",
        "3. Excess day payment           750.00  8 nights against a trim point of 5: "
        "3 days x 250.00",
        "4. Top-up payment               800.00  Spine (top_ups.csv line 2, diagnosis K4): "
        "20% of 4,000.00; not: Children (top_ups.csv line 3, diagnosis K4): outside its ages",
        "5. Market forces payment        277.50  5,550.00 x (1.05 - 1), market_forces.csv line 2",
        "Total price                5,827.50",
        "1. On a registration list: no. Registered with nobody on 2004-04-10.",
        "2. The practice that was submitted: yes. The hospital gave practice Y90001",
        "Y90002 succeeds Y90001 from 2004-05-01: followed.",
        "2004-04 r1  charge new           5,827.50  Y90001 for 2004-04, elective H02",
        "2004-05 r1  credit moved        -5,827.50  Y90001 for 2004-04, elective H02",
        "2004-05 r1  charge moved         5,827.50  Y90002 for 2004-04, elective H02",
        "Stands in the ledger: 5,827.50. Charged to Y90002",
    ],
    "S0000002": [
        "emergency under 2 nights: 40% of 5,000.00, less 5,000.00",
        "none: 1 night against a trim point of 9",
        "none: no diagnosis or procedure of a specialised service",
        "1. On a registration list: yes. Registered on 2004-04-10 with practice Y90002 (from "
        "2003-01-01 on), which comes before Y90001 (from 2000-01-01 on)",
    ],
    "S0000003": [
        "The spell is not live any more: its episodes were deleted or replaced.",
        "charge new             302.00",
        "credit withdrawn",
        "Stands in the ledger: 0.00. Nothing of it is charged.",
    ],
    "S0000004": [
        "excluded by rule",
        "(exclusions.csv, line 2): private patient",
        "The NHS number is not valid, so the list is not asked.",
        "Not charged: excluded from the tariff.",
    ],
    "S0000005": [
        "No tariff: edition 2004-05 has no elective price for HRG H03 (tariff.csv, line 3 is "
        "without one), and no local price matches.",
        "No NHS number was submitted.",
        "closed on 2004-03-31, before 2004-04-10.",
        "3. The practice of the GP that was submitted: yes. GP G9100001 was on 2004-04-10 at "
        "practice Y90001",
    ],
    "S0000006": [
        "Not responsible: practice Y90004 is with commissioner 5XB (its memberships: 5XB from",
        "Not charged: another commissioner's. Practice Y90004 is with commissioner 5XB.",
    ],
    "S0000007": [
        "V81999 is a default code: it says that the practice is not known.",
        "4. A resident of this commissioner: no. A resident of 5XB, not of 5XA.",
        "5. Nothing holds: yes.",
    ],
    "S0000008": [
        "4. A resident of this commissioner: yes. A resident of 5XA without a practice: in "
        "suspense, as RESIDENT.",
        "Responsible: 5XA answers for its residents; no practice is asked.",
    ],
    "S0000009": [
        "not discharged by the period's end",
        "Still open at the period's end: a spell is priced when it ends.",
        "Not charged: not discharged by the period's end.",
    ],
    "TWO": [
        "Episode 1, 2004-04-10 to 2004-04-11: HRG H03",
        "Episode 2, 2004-04-11 to 2004-04-14: HRG H02, procedure W371 ranks 3",
        "the HRG of episode 2, which is dominant: its best procedure ranks 3, it lasts 3 nights; "
        "of 2 episodes, those not excluded.",
    ],
}


@pytest.mark.parametrize("spell", TOLD)
def test_it_tells_step_by_step(spell: str, site: Path) -> None:
    """The rule of each step, what it was asked of, and what it came to; no patient."""
    told = done(site, "explain", f"RXA-{spell}").output
    for sentence in TOLD[spell]:
        assert sentence in told, told
    assert "99900" not in told and "1950-01-01" not in told


@pytest.mark.parametrize("spell", TOLD)
def test_for_machines(spell: str, site: Path) -> None:
    """The components add up to the total, the postings to what stands; one rule holds."""
    told: dict[str, Any] = json.loads(done(site, "explain", f"RXA-{spell}", "--json").output)
    pence = {
        name: sum(round(float(row["amount"]) * 100) for row in told[name])
        for name in ("price_steps", "postings")
    }
    assert pence["price_steps"] == round(float(told["total_price"] or 0) * 100)
    assert pence["postings"] == round(float(told["standing"]) * 100)
    assert [rule["holds"] for rule in told["waterfall"]] == [False] * (
        len(told["waterfall"]) - 1
    ) + [True] * bool(told["waterfall"])


def test_a_spell_that_nobody_knows(site: Path) -> None:
    """The message says how a spell is named."""
    outcome = pbc(site, "explain", "S0000001")
    assert outcome.exit_code == 2
    assert "A spell is named by its provider, a hyphen" in outcome.output


def test_before_any_close(tmp_path: Path) -> None:
    """There is nothing to explain yet."""
    builder = SiteBuilder(tmp_path)
    builder.tariff(hrg_code="H02")
    builder.episode()
    site = builder.write()
    land(site)
    outcome = pbc(site, "explain", "RXA-S0000001")
    assert outcome.exit_code == 2
    assert "No period is closed yet" in outcome.output
