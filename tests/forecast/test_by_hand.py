"""The forecast's formulas by example, each expected value written as the sum it is."""

from math import isclose, sqrt

import pytest

from transforms.forecast.completion import completion_of
from transforms.forecast.dispersion import Cell, Rated, between_of, dispersion_of, shock_of
from transforms.forecast.evidence import Evidence, Pod, Practice, SpellCosts
from transforms.forecast.experience import experience_of
from transforms.forecast.outlook import rates_of, to_come
from transforms.forecast.season import Season, seasons_of

EVEN = (1 / 12,) * 12
DAYS = dict.fromkeys(range(-36, 12), 1.0)
COSTS = SpellCosts(spells=1000, pennies=100_000_000, squares=1000 * 2e10)  # mean £1,000
Z = 1.2815515655446004


def pod(**given: object) -> Pod:
    return Pod(**{"code": "elective", "share": EVEN, "days": DAYS, "costs": COSTS} | given)  # type: ignore[arg-type]


def practice(budget: float = 0.0, **spent: float) -> Practice:
    months = {int(month[1:]): value for month, value in spent.items()}
    return Practice("Y90001", (budget,), (months,), (True,))


def test_without_history_months_are_as_complete_as_is_usual() -> None:
    completion = completion_of(Evidence(0, 0, (pod(),), ()))
    assert isclose(completion.at(0, 0), 1 / (1.05 * 1.015 * 1.005))
    assert isclose(completion.at(0, 1), 1 / (1.015 * 1.005))
    assert isclose(completion.at(0, 2), 1 / 1.005)
    assert completion.at(0, 3) == completion.at(0, 40) == 1
    assert completion.unevenness == 0.25


def test_what_came_late_counts_beside_two_hundred_usual_spells() -> None:
    """April had £900,000 at its close and £100,000 in May: 200 spells of £1,000 lean on it."""
    seen = {(0, 0): 90_000_000.0, (0, 1): 10_000_000.0}
    completion = completion_of(Evidence(1, 0, (pod(development=seen),), ()))
    together = (10_000_000 + 20_000_000 * 0.05) / (90_000_000 + 20_000_000)
    own = (10_000_000 + 20_000_000 * together) / (90_000_000 + 20_000_000)
    assert isclose(completion.at(0, 0), 1 / ((1 + own) * 1.015 * 1.005))


def test_credits_count_against_what_came_late() -> None:
    seen = {(0, 0): 90_000_000.0, (0, 1): -9_000_000.0}
    completion = completion_of(Evidence(1, 0, (pod(development=seen),), ()))
    together = (-9_000_000 + 20_000_000 * 0.05) / (90_000_000 + 20_000_000)
    own = (-9_000_000 + 20_000_000 * together) / (90_000_000 + 20_000_000)
    assert isclose(completion.at(0, 0), 1 / ((1 + own) * 1.015 * 1.005))
    assert completion.at(0, 0) > 1


@pytest.mark.parametrize(("freeze", "share"), [(0, 1.0), (1, 1 / 1.05), (2, 1 / (1.05 * 1.015))])
def test_nothing_comes_to_a_frozen_month(freeze: int, share: float) -> None:
    completion = completion_of(Evidence(0, 0, (pod(),), (), freeze_after_months=freeze))
    assert isclose(completion.at(0, 0), share)


def test_a_month_not_yet_that_old_says_nothing_of_its_lag() -> None:
    """In May, what May had at its close is no month without late charges."""
    seen = {(0, 0): 90e6, (0, 1): 10e6}
    with_may = seen | {(1, 0): 50e6}
    one, other = (
        completion_of(Evidence(1, 0, (pod(development=of),), ())) for of in (seen, with_may)
    )
    assert one == other


def test_without_an_earlier_year_the_season_is_the_budgets_and_a_wave_unknown() -> None:
    evidence = Evidence(0, 0, (pod(earlier={-1: 1e9, -2: 1e9}),), ())
    assert seasons_of(evidence, completion_of(evidence)) == (Season(EVEN, wave=0.06 * 0.06),)


def test_a_profile_of_the_site_is_taken_as_it_is() -> None:
    earlier = {month: 1e9 + 1e8 * (month % 2) for month in range(-12, 0)}
    evidence = Evidence(0, 0, (pod(earlier=earlier, given=True),), ())
    assert seasons_of(evidence, completion_of(evidence)) == (Season(EVEN),)


def test_a_winter_of_an_earlier_year_raises_this_years() -> None:
    """December to February had a fifth more than the rest, with spells beyond number."""
    earlier = {month: 1e13 * (1.2 if month in (-4, -3, -2) else 1.0) for month in range(-12, 0)}
    evidence = Evidence(0, 0, (pod(earlier=earlier),), ())
    (season,) = seasons_of(evidence, completion_of(evidence))
    assert isclose(sum(season.share), 1)
    assert 1.1 / 12.6 < season.share[8] < 1.2 / 12.6
    assert season.share[4] < 1 / 12


def test_a_wave_of_unknown_phase() -> None:
    """Half its squared height times the squared length of the months' directions."""
    season = Season(EVEN, wave=0.06 * 0.06)
    assert isclose(season.error([1.0] * 12), 0, abs_tol=1e-30)
    two_months = [1.0, 0, 0, 1.0, *[0.0] * 8]  # at a right angle
    assert isclose(season.error(two_months), 0.06**2 / 2 * (1 / 144 + 1 / 144))


def test_dispersion_leans_on_the_usual_by_fifty_degrees_of_freedom() -> None:
    cells = [Cell(0, 0, 150.0, 100.0, 1000.0), Cell(0, 1, 50.0, 100.0, 1000.0)]
    assert isclose(
        dispersion_of(cells), max((50**2 / 1000 + 50**2 / 1000 + 50 * 1.2) / (1 + 50), 1)
    )


def test_shock_is_what_all_practices_share() -> None:
    """Two practices, both a tenth above in one month and below in the other; no chance at all."""
    cells = [
        Cell(number, month, 100.0 * (1.1 if month else 0.9), 100.0, 0.0)
        for number in (0, 1)
        for month in (0, 1)
    ]
    found = (20**2 + 20**2) / (200**2 + 200**2)
    assert isclose(shock_of(cells, 1.2), (12 * 0.03**2 + 1 * found) / (12 + 1))


def test_between_leans_on_the_usual_where_chance_is_large() -> None:
    """Two practices a tenth apart from their mean, one with much chance, one with none."""
    certain = [Rated(100.0, 130.0, 0.0), Rated(100.0, 70.0, 0.0)]
    found = (100 * 0.3**2 + 100 * 0.3**2) / (200 - 100)
    sampling = 2 * ((100 * 0.01) ** 2 + (100 * 0.01) ** 2) / 100**2
    weight = 0.01**2 / (0.01**2 + sampling)
    assert isclose(between_of(certain), 0.01 + weight * (found - 0.01))
    chance = [Rated(100.0, 130.0, 50.0), Rated(100.0, 70.0, 50.0)]
    assert isclose(between_of(chance), 0.01, rel_tol=0.01)
    assert isclose(between_of(certain[:1]), 0.01)


def test_a_lone_practice_without_budget_goes_on_as_it_began() -> None:
    """After six complete months of £1,000 each: six more, and the chance of compound Poisson."""
    spent = {f"m{month}": 100_000.0 for month in range(6)}
    evidence = Evidence(5, 0, (pod(given=True),), (practice(**spent),), freeze_after_months=0)
    experience = experience_of(evidence)
    rates = rates_of(evidence.practices[0], 0, experience)
    found = to_come(rates, [0], experience.pods[0].chance, experience, 11)
    dispersion = (0 + 50 * 1.2) / (5 + 50)
    # No stray at all in five free months, less the chance that there should have been.
    chance = dispersion * 6 * (2e5 * 1e5) * 5 / 6
    shock = max((12 * 0.03**2 + 5 * (0 - chance) / (6 * 1e5**2)) / (12 + 5), 0.005**2)
    variance = (
        dispersion * 600_000 * 200_000  # spells to come, of severity £2,000
        + dispersion * 200_000 * 1_200_000 / 0.5 * 0.5**2  # the rate, known from half a year
        + shock * 6 * 100_000**2  # months ahead
        + shock * 6 * 100_000**2  # months that the rate was learned from
    )
    ninth = variance / (9 * 600_000**2)
    assert isclose(found.mid, 600_000)
    assert isclose(found.high, 600_000 * (1 - ninth + Z * sqrt(ninth)) ** 3)
    assert isclose(found.low, 600_000 * max(1 - ninth - Z * sqrt(ninth), 0) ** 3)


def test_nothing_known_is_nothing_expected() -> None:
    evidence = Evidence(3, 0, (pod(costs=SpellCosts()),), (practice(),))
    experience = experience_of(evidence)
    rates = rates_of(evidence.practices[0], 0, experience)
    found = to_come(rates, [0], experience.pods[0].chance, experience, 11)
    assert (found.low, found.mid, found.high) == (0, 0, 0)


def test_a_budget_without_a_charge_is_not_yet_spent() -> None:
    """Nothing in the first month lowers what is expected, and leaves most of the budget to come."""
    evidence = Evidence(0, 0, (pod(),), (practice(budget=12_000_000.0),))
    experience = experience_of(evidence)
    rates = rates_of(evidence.practices[0], 0, experience)
    found = to_come(rates, [0], experience.pods[0].chance, experience, 11)
    assert 9_000_000 < found.mid < 12_000_000
    assert found.low < found.mid < found.high


def test_a_practice_that_closes_has_only_its_open_months() -> None:
    """It closes in September: of an even budget the months to then are half."""
    open_all = practice(budget=12_000_000.0, m0=1_000_000.0)
    closing = Practice("Y90002", (12_000_000.0,), ({0: 1_000_000.0},), (True,), last_month=5)
    evidence = Evidence(0, 0, (pod(),), (open_all, closing), freeze_after_months=0)
    experience = experience_of(evidence)
    found = [
        to_come(rates_of(one, n, experience), [0], experience.pods[0].chance, experience, 11).mid
        for n, one in enumerate(evidence.practices)
    ]
    assert isclose(found[1] / found[0], 5 / 11)
