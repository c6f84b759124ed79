"""Funnel plots: what is drawn, and that a package stays small however many practices there are."""

import itertools
from decimal import Decimal
from typing import Any

import pytest

from transforms.periods import Period
from transforms.statements.comparisons import MOST_DRAWN, plots_of

PERIOD = Period(2004, 9)


def rows(count: int, spells: int = 60) -> list[dict[str, Any]]:
    """Practices Y0001, Y0002...: of 1,000, 1,001... weighted patients, and equal activity."""
    return [
        {
            "practice_code": f"Y{place:04}",
            "weighted_list_size": Decimal(1000 + place),
            "spells": spells,
            "amount": Decimal("90000.00"),
            "sum_of_squares": Decimal("200000000.00"),
        }
        for place in range(1, count + 1)
    ]


def test_a_practice_is_marked_and_all_others_are_drawn_beside_it() -> None:
    plots = plots_of(rows(14), suppress_below=6)
    assert plots is not None
    shown = plots.of("Y0003", PERIOD)
    assert (shown.first_month, shown.last_month) == ("2004-04", "2004-09")
    assert shown.spells.practice is not None
    assert shown.spells.practice.weighted_list_size == Decimal(1003)
    assert shown.spells.practice.value == Decimal("59.82")  # 60 * 1000 / 1003 = 59.820...
    sizes = [point.weighted_list_size for point in shown.spells.others]
    assert sizes == [1000 + place for place in range(1, 15) if place != 3]
    assert shown.spells.others_in_all == 14 - 1


def test_one_without_a_place_on_the_plot_sees_all_the_others() -> None:
    plots = plots_of([*rows(14), *rows(15, spells=5)[14:]], suppress_below=6)
    assert plots is not None
    shown = plots.of("Y0015", PERIOD)
    assert (shown.cost.practice, shown.cost.verdict) == (None, None)
    assert (len(shown.cost.others), shown.cost.others_in_all) == (14, 14)
    assert shown.cost.suppressed == 1


@pytest.mark.parametrize("count", [MOST_DRAWN, MOST_DRAWN + 1, 8500])
def test_of_very_many_an_even_choice_is_drawn_with_the_smallest_and_the_largest(count: int) -> None:
    plots = plots_of(rows(count), suppress_below=6)
    assert plots is not None
    shown = plots.of("Y0002", PERIOD).spells
    sizes = [point.weighted_list_size for point in shown.others]
    assert len(sizes) in (MOST_DRAWN - 1, MOST_DRAWN)
    assert (sizes[0], sizes[-1]) == (1001, 1000 + count)
    assert sizes == sorted(set(sizes))
    gaps = [after - before for before, after in itertools.pairwise(sizes)]
    assert max(gaps) <= 2 * -(-count // MOST_DRAWN)
    assert shown.others_in_all == count - 1


def test_too_few_to_stay_unnamed_are_not_plotted() -> None:
    assert plots_of(rows(2), suppress_below=6) is None
    assert plots_of(rows(3), suppress_below=6) is not None
    assert plots_of(rows(3, spells=5), suppress_below=6) is None
