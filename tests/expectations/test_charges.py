"""Each expectation of the gate `charges`: data that it stops, and data that it passes.

The good data is that of tests/gates/made_warehouse.py, 200 spells of the month, so that one spell
is half a per cent.
"""

from pathlib import Path

import pytest

from tests.gates.made_warehouse import CODE, PERIOD, made_site
from transforms.gates import run_gate

# One worker imports Great Expectations, which takes seconds, and no other.
pytestmark = pytest.mark.xdist_group("great_expectations")

# What is done to the warehouse, and the one expectation that stops the run for it.
STOPPED = {
    "delete from current_charge where spell_id = 'RXA-S1'": (
        "Discharged spells that have no charge",
        "1",
    ),
    "delete from spell where spell_id in ('RXA-S1', 'RXA-S2')": (
        "Charges that no spell stands behind",
        "2",
    ),
    "insert into current_charge from current_charge where spell_id = 'RXA-S1'": (
        "Spells charged more than once",
        "1",
    ),
    "update priced_spell set total_price = 1175.51 where first_record = 3": (
        "Charges that are not their spell's price",
        "1",
    ),
    "update current_charge set base_price = 999.99 where first_record < 4": (
        "Charges whose components do not add up to their total",
        "3",
    ),
    "update current_charge set price_status = 'excluded' where first_record = 1": (
        "Charges with an amount though nothing priced them",
        "1",
    ),
    "update current_charge set budget_holder = null where first_record = 1": (
        "Charges that we answer for and no practice does",
        "1",
    ),
    "update current_charge set responsible = false where first_record = 1": (
        "Charges posted to a practice though we do not answer for them",
        "1",
    ),
}


def failed(directory: Path, spoilt_by: str, settings: str = "") -> list[tuple[str, str, str]]:
    """The severity, name and figure of each check that does not pass."""
    site = made_site(directory, spoilt_by=spoilt_by, settings=settings)
    result = run_gate(site, CODE, PERIOD, "charges")
    return [
        (check.severity, check.name, check.observed or "")
        for check in result.checks
        if not check.passed
    ]


def test_good_data_passes_every_expectation(tmp_path: Path) -> None:
    assert failed(tmp_path, "") == []


@pytest.mark.parametrize("spoilt_by", STOPPED)
def test_what_does_not_tie_is_stopped_by_its_own_expectation(
    tmp_path: Path, spoilt_by: str
) -> None:
    name, figure = STOPPED[spoilt_by]
    assert failed(tmp_path, spoilt_by) == [("critical", name, figure)]


def unpriced(status: str, spells: int) -> str:
    """The first spells of the month come out at nothing, with a price status that says why."""
    return f"""
    update current_charge set
        price_status = '{status}', base_price = 0, short_stay_adjustment = 0,
        excess_day_payment = 0, top_up_payment = 0, market_forces_payment = 0, total_price = 0
    where first_record <= {spells};
    update priced_spell set total_price = 0 where first_record <= {spells};
    """


def in_suspense(spells: int) -> str:
    return f"update current_charge set budget_holder = 'RESIDENT' where first_record <= {spells}"


def not_responsible(spells: int) -> str:
    return (
        "update current_charge set responsible = false, budget_holder = null "
        f"where first_record <= {spells}"
    )


def priced_at(pod: str, amount: str) -> str:
    """Every spell of a point of delivery has one price."""
    return f"""
    update current_charge set
        base_price = {amount}, short_stay_adjustment = 0, excess_day_payment = 0,
        top_up_payment = 0, market_forces_payment = 0, total_price = {amount}
    where pod = '{pod}';
    update priced_spell set total_price = {amount}
    where first_record in (select first_record from current_charge where pod = '{pod}');
    """


NO_TARIFF = "Spells of the month that nothing prices"
UNGROUPED = "Spells of the month without a usable HRG"
SUSPENSE = "Spells of the month in suspense"
NOT_RESPONSIBLE = "Spells of the month that we do not answer for"
ELECTIVE = "Average price of a priced spell of the month, elective"
DAYCASE = "Average price of a priced spell of the month, daycase"
NON_ELECTIVE = "Average price of a priced spell of the month, non elective"

# A limit is itself allowed: of 200 spells 4 are 2 per cent, 10 are 5, 20 are 10, 40 are 20,
# 60 are 30 and 80 are 40.
AT_A_LIMIT = [
    (unpriced("no_tariff", 4), []),
    (unpriced("no_tariff", 5), [("warning", NO_TARIFF, "2.5 per cent")]),
    (unpriced("no_tariff", 40), [("warning", NO_TARIFF, "20 per cent")]),
    (
        unpriced("no_tariff", 41),
        [("critical", NO_TARIFF, "20.5 per cent"), ("warning", NO_TARIFF, "20.5 per cent")],
    ),
    (unpriced("ungrouped", 10), []),
    (unpriced("ungrouped", 11), [("warning", UNGROUPED, "5.5 per cent")]),
    (
        unpriced("ungrouped", 61),
        [("critical", UNGROUPED, "30.5 per cent"), ("warning", UNGROUPED, "30.5 per cent")],
    ),
    (in_suspense(10), []),
    (in_suspense(11), [("warning", SUSPENSE, "5.5 per cent")]),
    (
        in_suspense(61),
        [("critical", SUSPENSE, "30.5 per cent"), ("warning", SUSPENSE, "30.5 per cent")],
    ),
    (not_responsible(20), []),
    (not_responsible(21), [("warning", NOT_RESPONSIBLE, "10.5 per cent")]),
    (
        not_responsible(81),
        [
            ("critical", NOT_RESPONSIBLE, "40.5 per cent"),
            ("warning", NOT_RESPONSIBLE, "40.5 per cent"),
        ],
    ),
    (priced_at("elective", "8000.00"), []),
    (priced_at("elective", "8000.01"), [("warning", ELECTIVE, "£8,000.01")]),
    (priced_at("daycase", "150.00"), []),
    (priced_at("daycase", "149.99"), [("warning", DAYCASE, "£149.99")]),
    (priced_at("non_elective", "6000.00"), []),
    (
        priced_at("non_elective", "0.50"),
        [("critical", NON_ELECTIVE, "£0.50"), ("warning", NON_ELECTIVE, "£0.50")],
    ),
]


@pytest.mark.parametrize(("spoilt_by", "expected"), AT_A_LIMIT)
def test_a_share_or_average_is_stopped_past_its_limit(
    tmp_path: Path, spoilt_by: str, expected: list[tuple[str, str, str]]
) -> None:
    assert failed(tmp_path, spoilt_by) == expected


def test_a_month_without_spells_has_nothing_to_judge(tmp_path: Path) -> None:
    earlier = "update current_charge set activity_month = date '2004-08-01'"
    assert failed(tmp_path, earlier) == []


def test_thresholds_are_the_site_s(tmp_path: Path) -> None:
    settings = """
    [gates.charges.suspense_percent]
    warn = 0.5
    stop = 1
    """
    assert failed(tmp_path, in_suspense(2), settings) == [("warning", SUSPENSE, "1 per cent")]


def test_a_level_that_is_unset_is_not_asked(tmp_path: Path) -> None:
    settings = "[gates.charges]\nsuspense_percent = {}\n"
    assert failed(tmp_path, in_suspense(200), settings) == []
