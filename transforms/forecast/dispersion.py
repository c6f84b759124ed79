"""How far practices and months stray: what chance is, learned from the commissioner's practices.

Three measures, for each point of delivery and for practices' totals:

- `dispersion`: the variance of a practice's month over that of a compound Poisson sum (1: spells
  come independently of each other). Pearson's statistic over practices and months.
- `shock`: the squared relative size of what moves a month for all practices alike, a hard winter.
- `between`: the variance of practices' true rates around the commissioner's, beyond chance
  (Bühlmann and Straub's moments).

Each leans on a usual value as far as there is little to learn from; how far stands beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum

USUAL_DISPERSION = 1.2
USUAL_SHOCK = 0.03 * 0.03
USUAL_BETWEEN = 0.10 * 0.10
_DISPERSION_WEIGHT = 50.0  # degrees of freedom
_SHOCK_WEIGHT = 12.0  # months
_LEAST_DISPERSION = 1.0
_LEAST_SHOCK = 0.005 * 0.005
_LEAST_BETWEEN = 0.02 * 0.02


@dataclass(frozen=True)
class Cell:
    """A practice's month: pennies spent, and expected of it with the practice's own rate.

    `noise` is the variance of a compound Poisson sum of that expectation.
    """

    practice: int
    month: int
    spent: float
    expected: float
    noise: float


@dataclass(frozen=True)
class Rated:
    """A practice's year to date: expected by the commissioner's rate, spent, and the variance of
    spent over expected that chance alone gives.
    """

    expected: float
    spent: float
    noise: float


def dispersion_of(cells: Sequence[Cell]) -> float:
    """Pearson's statistic over its degrees of freedom; a rate was fitted for each practice."""
    used = [cell for cell in cells if cell.noise > 0]
    free = len(used) - len({cell.practice for cell in used})
    pearson = fsum(
        (cell.spent - cell.expected) * (cell.spent - cell.expected) / cell.noise for cell in used
    )
    found = (pearson + _DISPERSION_WEIGHT * USUAL_DISPERSION) / (free + _DISPERSION_WEIGHT)
    return max(found, _LEAST_DISPERSION)


def shock_of(cells: Sequence[Cell], dispersion: float) -> float:
    """What is left of the months' variance over all practices, once chance is taken off."""
    months: dict[int, list[Cell]] = {}
    for cell in cells:
        months.setdefault(cell.month, []).append(cell)
    free = len(months) - 1
    if free < 1:
        return USUAL_SHOCK
    expected = [fsum(cell.expected for cell in of) for of in months.values()]
    if fsum(expected) <= 0:
        return USUAL_SHOCK
    strayed = [fsum(cell.spent - cell.expected for cell in of) for of in months.values()]
    chance = dispersion * fsum(cell.noise for cell in cells) * free / len(months)
    found = (fsum(value * value for value in strayed) - chance) / fsum(
        value * value for value in expected
    )
    return max((_SHOCK_WEIGHT * USUAL_SHOCK + free * found) / (_SHOCK_WEIGHT + free), _LEAST_SHOCK)


def between_of(rated: Sequence[Rated]) -> float:
    """The variance of the practices' true ratios of spent to expected, whose mean is about 1.

    It leans on the usual by what a single commissioner's few practices can tell: the sampling
    variance of the estimate beside the usual's own uncertainty, taken to be as large as it is.
    """
    used = [one for one in rated if one.expected > 0]
    if len(used) < 2:
        return USUAL_BETWEEN
    whole = fsum(one.expected for one in used)
    centre = fsum(one.spent for one in used) / whole
    rest = whole - fsum(one.expected * one.expected for one in used) / whole
    strayed = fsum(
        one.expected * (one.spent / one.expected - centre) * (one.spent / one.expected - centre)
        for one in used
    )
    chance = fsum(one.expected * (1.0 - one.expected / whole) * one.noise for one in used)
    found = (strayed - chance) / rest
    sampling = (
        2.0
        * fsum(
            (one.expected * (one.noise + USUAL_BETWEEN))
            * (one.expected * (one.noise + USUAL_BETWEEN))
            for one in used
        )
        / (rest * rest)
    )
    weight = USUAL_BETWEEN * USUAL_BETWEEN / (USUAL_BETWEEN * USUAL_BETWEEN + sampling)
    return max(USUAL_BETWEEN + weight * (found - USUAL_BETWEEN), _LEAST_BETWEEN)
