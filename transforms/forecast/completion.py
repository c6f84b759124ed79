"""How complete a month's charges are, so many months after it: development factors by lag.

The chain ladder of the actuaries, over the whole commissioner, in pounds, credits included: what
was posted at lag k for past months, over what stood posted for the same months before. With little
history a factor leans on that of all points of delivery together, and that on `USUAL_LATE`, as if
`USUAL_SPELLS` spells more had been seen arriving at the usual pace.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum

from transforms.forecast.evidence import Evidence, Pod

LAGS = 12  # a month is taken as complete a year after it
USUAL_LATE = (0.05, 0.015, 0.005)  # arriving one, two and three months late, of what stood before
USUAL_SPELLS = 200.0
LEAST_FACTOR = -0.5  # no lag may undo more than half of what stood posted

_USUAL_UNEVENNESS = 0.25  # variance of late charges relative to their square: half as many or more
_LEAST_UNEVENNESS = 0.01
_USUAL_MONTHS = 6.0


@dataclass(frozen=True)
class Completion:
    """Of each POD, the share of a month's charges that stands posted at each lag.

    `unevenness` is the variance of what arrives late for a month, relative to its square, beyond
    what the chance of single spells explains: some months' files are later than others'.
    """

    by_pod: tuple[tuple[float, ...], ...]
    unevenness: float

    def at(self, pod: int, lag: int) -> float:
        """The share posted `lag` months after the month; all of it once `LAGS` have passed."""
        return self.by_pod[pod][lag] if lag < LAGS else 1.0


@dataclass(frozen=True)
class _Seen:
    """What arrived at a lag, and what stood posted for the same months before, by month."""

    arrived: Mapping[int, float]
    stood: Mapping[int, float]


def completion_of(evidence: Evidence) -> Completion:
    """Learn the completion of every POD from the commissioner's postings."""
    last = LAGS if evidence.freeze_after_months is None else evidence.freeze_after_months
    seen = [
        [_seen(pod, lag, evidence.month) for lag in range(1, LAGS + 1)] for pod in evidence.pods
    ]
    spells = sum(pod.costs.spells for pod in evidence.pods)
    mean = fsum(pod.costs.pennies for pod in evidence.pods) / spells if spells > 0 else 0.0
    factors: list[list[float]] = [[] for _ in evidence.pods]
    for place, lag in enumerate(range(1, LAGS + 1)):
        if lag > last:
            continue  # frozen by then
        usual = USUAL_LATE[place] if place < len(USUAL_LATE) else 0.0
        together = _leaning([of_pod[place] for of_pod in seen], usual, USUAL_SPELLS * mean)
        for pod, own, of_pod in zip(evidence.pods, factors, seen, strict=True):
            weight = USUAL_SPELLS * (pod.costs.mean or mean)
            own.append(_leaning([of_pod[place]], together, weight))
    return Completion(
        tuple(_shares(own) for own in factors),
        _unevenness(evidence.pods, seen, factors),
    )


def _seen(pod: Pod, lag: int, now: int) -> _Seen:
    """Of months that are `lag` months old or older."""
    arrived: dict[int, float] = {}
    stood: dict[int, float] = {}
    for month in sorted({month for month, _ in pod.development}):
        if month + lag <= now:
            arrived[month] = pod.development.get((month, lag), 0.0)
            stood[month] = fsum(pod.development.get((month, k), 0.0) for k in range(lag))
    return _Seen(arrived, stood)


def _leaning(seen: Sequence[_Seen], towards: float, weight: float) -> float:
    """The development factor, leaning on another with the weight of so many pennies."""
    arrived = fsum(value for each in seen for value in each.arrived.values())
    stood = fsum(value for each in seen for value in each.stood.values())
    if stood + weight <= 0:
        return towards
    return max((arrived + weight * towards) / (stood + weight), LEAST_FACTOR)


def _shares(factors: Sequence[float]) -> tuple[float, ...]:
    """Share posted at lags 0, 1, ...: one over the product of the factors that are to come."""
    shares = [1.0]
    for factor in reversed(factors):
        shares.append(shares[-1] / (1.0 + factor))
    shares.reverse()
    return tuple(shares + [1.0] * (LAGS + 1 - len(shares)))


def _unevenness(
    pods: Sequence[Pod], seen: Sequence[Sequence[_Seen]], factors: Sequence[Sequence[float]]
) -> float:
    """By the method of moments over months and lags, leaning on the usual."""
    excess: list[float] = []
    expected_squared: list[float] = []
    months: set[int] = set()
    for pod, of_pod, own in zip(pods, seen, factors, strict=True):
        for at_lag, factor in zip(of_pod, own, strict=False):
            for month, stood in at_lag.stood.items():
                expected = stood * factor
                if expected <= 0:
                    continue
                months.add(month)
                residual = at_lag.arrived[month] - expected
                excess.append(residual * residual - pod.costs.severity * expected)
                expected_squared.append(expected * expected)
    if not months:
        return _USUAL_UNEVENNESS
    found = fsum(excess) / fsum(expected_squared)
    leaning = (_USUAL_MONTHS * _USUAL_UNEVENNESS + len(months) * found) / (
        _USUAL_MONTHS + len(months)
    )
    return max(leaning, _LEAST_UNEVENNESS)
