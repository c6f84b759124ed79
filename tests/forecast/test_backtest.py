"""A small back-test, so that no change of the forecast makes it worse than what anyone can do."""

import pytest

from benchmarks.backtest import backtest, score


@pytest.mark.slow
def test_the_forecast_beats_both_and_its_interval_holds() -> None:
    """Two commissioners of thirty practices; the bounds are wide, for a hundred and twenty tries.

    The figures that docs/forecast.md gives come from ten times as many.
    """
    found = score(list(backtest(commissioners=2, seed=2004, months=(4, 9))))
    assert found.practice_years == 120
    assert found.root_mean_square["forecast"] < found.root_mean_square["straight_line"]
    assert found.root_mean_square["forecast"] < found.root_mean_square["last_year"]
    assert 65 <= found.within <= 92


def test_the_back_test_depends_on_its_seed_alone() -> None:
    one, again = (list(backtest(1, 7, months=(6,))) for _ in range(2))
    assert one == again
