"""How a year's activity falls into months: by days, and by the seasons of the years before.

A month's share is that of the budget (working or calendar days, or the site's profile). Where the
commissioner holds whole earlier years, each month is raised or lowered by what it had in them
beyond its days. That lift is taken apart into a wave of one year, which twelve months together tell
well, and the rest of each month, which it must tell alone; each leans on nothing by its own
credibility. Where no year is held the year may still have a wave, which is not known: the interval
allows for one of usual height and any phase. A profile that the site set is taken as it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum, sqrt

from transforms.forecast.completion import Completion
from transforms.forecast.dispersion import USUAL_DISPERSION, USUAL_SHOCK
from transforms.forecast.evidence import MONTHS, Evidence, Pod

USUAL_WAVE = 0.06 * 0.06  # squared height of a year's wave, before any year is held
_YEARS = 3
_WHOLE = 0.5  # a year is whole if no month has less than half of what its days would give it

# Cosine and sine of a year's months, written so that every machine has the same last bit.
_HALF = sqrt(3.0) / 2.0
_COSINE = (1.0, _HALF, 0.5, 0.0, -0.5, -_HALF, -1.0, -_HALF, -0.5, 0.0, 0.5, _HALF)
_SINE = (0.0, 0.5, _HALF, 1.0, _HALF, 0.5, 0.0, -0.5, -_HALF, -1.0, -_HALF, -0.5)


@dataclass(frozen=True)
class Season:
    """The twelve months' shares of a year, which add up to 1, and how sure they are.

    `variance` is of each share, relative to its square; `wave` the squared height of what may move
    the months together.
    """

    share: tuple[float, ...]
    variance: tuple[float, ...] = (0.0,) * MONTHS
    wave: float = 0.0

    def error(self, weight: Sequence[float]) -> float:
        """The variance of the sum of weight x share over months, for wrong shares.

        A wave of random phase has the mean square of half its squared height times the squared
        length of the weighted sum of the months' directions.
        """
        weighted = [w * share for w, share in zip(weight, self.share, strict=True)]
        single = fsum(
            one * one * variance for one, variance in zip(weighted, self.variance, strict=True)
        )
        across = fsum(one * c for one, c in zip(weighted, _COSINE, strict=True))
        up = fsum(one * s for one, s in zip(weighted, _SINE, strict=True))
        return single + self.wave / 2.0 * (across * across + up * up)


def seasons_of(evidence: Evidence, completion: Completion) -> tuple[Season, ...]:
    """The season of each POD."""
    return tuple(
        Season(pod.share) if pod.given else _season(pod, completion, place, evidence.month)
        for place, pod in enumerate(evidence.pods)
    )


def months_weight(pod: Pod, season: Sequence[float], month: int) -> float:
    """The share of its own year that falls to a month of this year or of one before."""
    if month >= 0:
        return season[month]
    first = month - month % MONTHS
    lifts = [season[n] / pod.share[n] if pod.share[n] > 0 else 1.0 for n in range(MONTHS)]
    weights = [pod.days[first + n] * lifts[n] for n in range(MONTHS)]
    return weights[month - first] / fsum(weights)


def _season(pod: Pod, completion: Completion, place: int, now: int) -> Season:
    years = []
    for back in range(1, _YEARS + 1):
        year = _year(pod, completion, place, now, -MONTHS * back)
        if year is not None:
            years.append(year)
    if not years:
        return Season(pod.share, wave=USUAL_WAVE)
    spent = [fsum(year[0][n] for year in years) for n in range(MONTHS)]
    expected = [fsum(year[1][n] for year in years) for n in range(MONTHS)]
    lifts = [spent[n] / expected[n] for n in range(MONTHS)]
    noise = [
        USUAL_DISPERSION * pod.costs.severity / spent[n] + USUAL_SHOCK / len(years)
        for n in range(MONTHS)
    ]
    # A wave's two heights are each the mean of twelve months' lifts, times two.
    across = fsum((lift - 1.0) * c for lift, c in zip(lifts, _COSINE, strict=True)) / 6.0
    up = fsum((lift - 1.0) * s for lift, s in zip(lifts, _SINE, strict=True)) / 6.0
    wave_noise = 4.0 * fsum(noise) / (MONTHS * MONTHS)
    wave_credible = USUAL_WAVE / (USUAL_WAVE + wave_noise)
    wave = [across * c + up * s for c, s in zip(_COSINE, _SINE, strict=True)]
    rest = [lift - 1.0 - in_wave for lift, in_wave in zip(lifts, wave, strict=True)]
    # The wave and the year's whole have taken three of the twelve degrees of freedom.
    signal = max((fsum(one * one for one in rest) - 0.75 * fsum(noise)) / 9.0, 0.0)
    credible = [signal / (signal + noise[n]) for n in range(MONTHS)]
    raised = [
        share * (1.0 + wave_credible * wave[n] + credible[n] * rest[n])
        for n, share in enumerate(pod.share)
    ]
    whole = fsum(raised)
    return Season(
        tuple(share / whole for share in raised),
        variance=tuple(credible[n] * noise[n] for n in range(MONTHS)),
        wave=wave_credible * wave_noise,
    )


def _year(
    pod: Pod, completion: Completion, place: int, now: int, first: int
) -> tuple[list[float], list[float]] | None:
    """What an earlier year's months had, and what their days alone would give; None if not held."""
    months = range(first, first + MONTHS)
    spent = [pod.earlier.get(month, 0.0) / completion.at(place, now - month) for month in months]
    days = fsum(pod.days[month] for month in months)
    whole = fsum(spent)
    expected = [whole * pod.days[month] / days for month in months]
    held = all(had > 0 and had >= _WHOLE * due for had, due in zip(spent, expected, strict=True))
    return (spent, expected) if held else None
