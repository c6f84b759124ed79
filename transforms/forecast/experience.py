"""What the commissioner's practices together tell: rates, completion, seasons and chance.

An `Experience` is all that a practice's own outlook needs beside its own figures.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum

from transforms.forecast.completion import Completion, completion_of
from transforms.forecast.dispersion import (
    Cell,
    Rated,
    between_of,
    dispersion_of,
    shock_of,
)
from transforms.forecast.evidence import MONTHS, Evidence, Practice
from transforms.forecast.season import Season, months_weight, seasons_of

USUAL_RATIO = 0.10 * 0.10  # variance of a commissioner's spending over what its budgets expect
# A budget rests on past spending, which was chance in part: about as much as a year's.
BUDGETS_YEARS = 1.0


@dataclass(frozen=True)
class Chance:
    """The three measures of `transforms.forecast.dispersion`, of a POD or of practices' totals."""

    dispersion: float
    shock: float
    between: float


@dataclass(frozen=True)
class PodExperience:
    """A POD over the commissioner. `ratio` is its spending over what the budgets expect.

    `season` has the shares of the year that its months have, `complete` how much of each month to
    date has arrived, `severity` the pennies of variance of a penny expected. `ratio_variance` is
    what single spells leave unknown of the ratio.
    """

    season: Season
    complete: tuple[float, ...]
    severity: float
    ratio: float
    ratio_variance: float
    chance: Chance


@dataclass(frozen=True)
class Experience:
    """All PODs, by their place; chance for practices' totals; and sizes, pennies a year.

    A practice's size for a POD is its budget; without one, that of as many weighted patients
    elsewhere; 0 where neither is known.
    """

    month: int
    pods: tuple[PodExperience, ...]
    whole: Chance
    unevenness: float
    sizes: tuple[tuple[float, ...], ...]


def experience_of(evidence: Evidence) -> Experience:
    """Learn from all practices at once."""
    completion = completion_of(evidence)
    seasons = seasons_of(evidence, completion)
    now = evidence.month
    complete = [
        tuple(completion.at(place, now - month) for month in range(now + 1))
        for place in range(len(evidence.pods))
    ]
    shares = [season.share for season in seasons]
    severities = _severities(evidence)
    sizes = _sizes(evidence, shares, complete)
    cells = _cells(evidence, completion, shares, severities)
    pods = tuple(
        _pod(
            [
                (size[place], _seen_share(practice, shares[place], complete[place]), spent)
                for practice, size in zip(evidence.practices, sizes, strict=True)
                for spent in (spent_to_date(practice, place, now),)
            ],
            seasons[place],
            complete[place],
            severities[place],
            cells[place],
        )
        for place in range(len(evidence.pods))
    )
    return Experience(
        month=now,
        pods=pods,
        whole=_whole(evidence, pods, sizes, _cells_of_totals(evidence, cells)),
        unevenness=completion.unevenness,
        sizes=sizes,
    )


def open_months(practice: Practice) -> int:
    """How many months of the year the practice can have activity in, from April on."""
    return MONTHS if practice.last_month is None else min(practice.last_month + 1, MONTHS)


def spent_to_date(practice: Practice, pod: int, now: int) -> float:
    """Pennies of this year's months to date."""
    return fsum(value for month, value in practice.spent[pod].items() if 0 <= month <= now)


def _seen_share(practice: Practice, season: Sequence[float], complete: Sequence[float]) -> float:
    """The share of a year that has been seen of a practice: months to date, as far as complete."""
    return fsum(
        share * done
        for share, done in list(zip(season, complete, strict=False))[: open_months(practice)]
    )


def _severities(evidence: Evidence) -> list[float]:
    """Of each POD; of all together where it has no charge."""
    pennies = fsum(pod.costs.pennies for pod in evidence.pods)
    squares = fsum(pod.costs.squares for pod in evidence.pods)
    together = squares / pennies if pennies > 0 else 0.0
    return [pod.costs.severity or together for pod in evidence.pods]


def _sizes(
    evidence: Evidence, shares: Sequence[Sequence[float]], complete: Sequence[Sequence[float]]
) -> tuple[tuple[float, ...], ...]:
    """Budgets; for practices without any, the list at the commissioner's budget a patient.

    Where nobody has a budget, at its spending a patient.
    """
    columns = []
    for place in range(len(evidence.pods)):
        listed = [practice for practice in evidence.practices if practice.list_size]
        held = [practice for practice in listed if practice.budget[place] > 0]
        patients = fsum(practice.list_size or 0.0 for practice in held or listed)
        if held:
            pennies = fsum(practice.budget[place] for practice in held)
        else:
            seen = fsum(
                share * done for share, done in zip(shares[place], complete[place], strict=False)
            )
            spent = fsum(spent_to_date(practice, place, evidence.month) for practice in listed)
            pennies = spent / seen if seen > 0 else 0.0
        a_patient = max(pennies, 0.0) / patients if patients > 0 else 0.0
        columns.append(
            [
                practice.budget[place]
                if any(practice.budget)
                else a_patient * (practice.list_size or 0.0)
                for practice in evidence.practices
            ]
        )
    return tuple(zip(*columns, strict=True)) if evidence.practices else ()


def _cells(
    evidence: Evidence,
    completion: Completion,
    shares: Sequence[Sequence[float]],
    severities: Sequence[float],
) -> list[list[Cell]]:
    """Of each POD, every practice's months of the past year, beside its own rate over them."""
    now = evidence.month
    window = range(max(evidence.opened, now - MONTHS + 1), now + 1)
    found = []
    for place, pod in enumerate(evidence.pods):
        weight = {
            month: months_weight(pod, shares[place], month) * completion.at(place, now - month)
            for month in window
        }
        of_pod: list[Cell] = []
        for number, practice in enumerate(evidence.practices):
            months = [month for month in window if month < open_months(practice)]
            exposed = fsum(weight[month] for month in months)
            spent = practice.spent[place]
            whole = fsum(spent.get(month, 0.0) for month in months)
            if exposed <= 0 or whole <= 0:
                continue
            rate = whole / exposed
            for month in months:
                expected = rate * weight[month]
                of_pod.append(
                    Cell(
                        number,
                        month,
                        spent.get(month, 0.0),
                        expected,
                        severities[place] * expected,
                    )
                )
        found.append(of_pod)
    return found


def _cells_of_totals(evidence: Evidence, cells: Sequence[Sequence[Cell]]) -> list[Cell]:
    """The cells of practices' PODs that count, added up."""
    together: dict[tuple[int, int], list[Cell]] = {}
    for place, of_pod in enumerate(cells):
        for cell in of_pod:
            if evidence.practices[cell.practice].counted[place]:
                together.setdefault((cell.practice, cell.month), []).append(cell)
    return [
        Cell(
            practice,
            month,
            fsum(cell.spent for cell in of),
            fsum(cell.expected for cell in of),
            fsum(cell.noise for cell in of),
        )
        for (practice, month), of in together.items()
    ]


def _pod(
    practices: Sequence[tuple[float, float, float]],
    season: Season,
    complete: tuple[float, ...],
    severity: float,
    cells: Sequence[Cell],
) -> PodExperience:
    """A POD from its practices' size, share of the year seen, and pennies spent."""
    dispersion = dispersion_of(cells)
    shock = shock_of(cells, dispersion)
    sized = [(size * seen, spent) for size, seen, spent in practices if size * seen > 0]
    expected = fsum(size for size, _ in sized)
    ratio, variance = 1.0, USUAL_RATIO
    if expected > 0:
        found = max(fsum(spent for _, spent in sized) / expected, 0.0)
        exposures = [share * done for share, done in zip(season.share, complete, strict=False)]
        seen = fsum(exposures)
        spells = dispersion * severity / expected
        common = shock * fsum(one * one for one in exposures) + season.error(
            [*complete, *[0.0] * (MONTHS - len(complete))]
        )
        credible = USUAL_RATIO / (USUAL_RATIO + spells + common / (seen * seen))
        ratio = 1.0 + credible * (found - 1.0)
        variance = credible * spells
    between = between_of(
        [
            Rated(
                ratio * size * seen,
                spent,
                dispersion * severity / (ratio * size) * (1.0 / seen + BUDGETS_YEARS),
            )
            for size, seen, spent in practices
            if ratio * size * seen > 0
        ]
    )
    return PodExperience(
        season, complete, severity, ratio, variance, Chance(dispersion, shock, between)
    )


def _whole(
    evidence: Evidence,
    pods: Sequence[PodExperience],
    sizes: Sequence[Sequence[float]],
    cells: Sequence[Cell],
) -> Chance:
    """Chance of practices' totals, which need not be the sum of independent PODs."""
    dispersion = dispersion_of(cells)
    rated = []
    for practice, size in zip(evidence.practices, sizes, strict=True):
        expected, noise, spent = [], [], []
        for place, pod in enumerate(pods):
            if practice.counted[place] and size[place] > 0:
                seen = _seen_share(practice, pod.season.share, pod.complete)
                expected.append(pod.ratio * size[place] * seen)
                noise.append(pod.severity * expected[-1] * (1.0 + BUDGETS_YEARS * seen))
                spent.append(spent_to_date(practice, place, evidence.month))
        whole = fsum(expected)
        if whole > 0:
            rated.append(Rated(whole, fsum(spent), dispersion * fsum(noise) / (whole * whole)))
    return Chance(dispersion, shock_of(cells, dispersion), between_of(rated))
