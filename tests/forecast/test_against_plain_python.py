"""The forecast against the second implementation, and what must hold of every forecast."""

import random
from dataclasses import replace
from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.forecast.evidence import random_evidence, world_of
from tests.models import forecast as model
from tests.properties.effort import examples
from transforms.forecast.evidence import Evidence
from transforms.forecast.experience import experience_of
from transforms.forecast.outlook import Interval, rates_of, to_come

MARCH = 11


def outlooks(evidence: Evidence, until: int = MARCH) -> list[list[Interval]]:
    """What is to come for each practice: its PODs, then the total."""
    experience = experience_of(evidence)
    found = []
    for number, practice in enumerate(evidence.practices):
        rates = rates_of(practice, number, experience)
        places = range(len(experience.pods))
        counted = [place for place in places if practice.counted[place]]
        found.append(
            [to_come(rates, [n], experience.pods[n].chance, experience, until) for n in places]
            + [to_come(rates, counted, experience.whole, experience, until)]
        )
    return found


def same(one: float, other: float) -> bool:
    return isclose(one, other, rel_tol=1e-6, abs_tol=0.5)  # pennies


@pytest.mark.parametrize("seed", range(60))
def test_the_second_implementation_agrees(seed: int) -> None:
    evidence = random_evidence(random.Random(seed))
    found, expected = outlooks(evidence), model.expected(world_of(evidence))
    for own, other in zip(found, expected, strict=True):
        for interval, (low, mid, high) in zip(own, other.rows, strict=True):
            assert same(interval.mid, mid)
            assert same(interval.low, low)
            assert same(interval.high, high)


@examples(100)
@given(st.integers(0, 10**9))
def test_the_interval_holds_the_forecast_and_the_total_is_the_sum(seed: int) -> None:
    evidence = random_evidence(random.Random(seed))
    for practice, rows in zip(evidence.practices, outlooks(evidence), strict=True):
        assert all(row.low <= row.mid <= row.high for row in rows)
        counted = [row.mid for row, one in zip(rows, practice.counted, strict=False) if one]
        assert same(rows[-1].mid, sum(counted))


@examples(50)
@given(st.integers(0, 10**9), st.sampled_from((0.5, 3.0, 100.0)))
def test_in_another_currency_the_forecast_is_the_same(seed: int, rate: float) -> None:
    evidence = random_evidence(random.Random(seed))
    for own, other in zip(outlooks(evidence), outlooks(times(evidence, rate)), strict=True):
        for one, exchanged in zip(own, other, strict=True):
            assert isclose(one.mid * rate, exchanged.mid, rel_tol=1e-9, abs_tol=1e-3)
            assert isclose(one.low * rate, exchanged.low, rel_tol=1e-6, abs_tol=1e-3)
            assert isclose(one.high * rate, exchanged.high, rel_tol=1e-6, abs_tol=1e-3)


def times(evidence: Evidence, rate: float) -> Evidence:
    return replace(
        evidence,
        pods=tuple(
            replace(
                pod,
                earlier={month: value * rate for month, value in pod.earlier.items()},
                development={at: value * rate for at, value in pod.development.items()},
                costs=replace(
                    pod.costs,
                    pennies=pod.costs.pennies * rate,
                    squares=pod.costs.squares * rate * rate,
                ),
            )
            for pod in evidence.pods
        ),
        practices=tuple(
            replace(
                practice,
                budget=tuple(value * rate for value in practice.budget),
                spent=tuple(
                    {month: value * rate for month, value in of.items()} for of in practice.spent
                ),
            )
            for practice in evidence.practices
        ),
    )


@examples(50)
@given(st.integers(0, 10**9))
def test_the_order_of_practices_does_not_matter_to_the_last_bit(seed: int) -> None:
    evidence = random_evidence(random.Random(seed))
    turned = replace(evidence, practices=evidence.practices[::-1])
    assert outlooks(evidence) == outlooks(turned)[::-1]


@examples(50)
@given(st.integers(0, 10**9))
def test_a_complete_year_has_nothing_to_come(seed: int) -> None:
    """In March, with nothing posted once a month is over."""
    evidence = replace(random_evidence(random.Random(seed)), month=MARCH, freeze_after_months=0)
    for rows in outlooks(evidence):
        assert rows == [Interval(0.0, 0.0, 0.0)] * len(rows)


@examples(50)
@given(st.integers(0, 10**9))
def test_what_is_expected_grows_with_the_months(seed: int) -> None:
    """Of what is to come by a later month, none is less, where no credits are expected."""
    evidence = replace(random_evidence(random.Random(seed)), freeze_after_months=0)
    before = outlooks(evidence, evidence.month)
    for until in range(evidence.month + 1, MARCH + 1):
        now = outlooks(evidence, until)
        for earlier, later in zip(before, now, strict=True):
            assert all(a.mid <= b.mid for a, b in zip(earlier, later, strict=True))
        before = now
