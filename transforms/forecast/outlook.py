"""A practice's year to come: what is expected beyond the ledger, and how far it may stray.

What stands posted is known; only what is to come is estimated: late charges of months to date, and
the months ahead. The practice's own rate is a credibility mean of its spending to date and of what
its size lets expect (Bühlmann and Straub), so that a small practice's chance month is not taken
for a habit. All amounts here are pennies.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum, sqrt

from transforms.forecast.evidence import MONTHS, Practice
from transforms.forecast.experience import (
    BUDGETS_YEARS,
    Chance,
    Experience,
    open_months,
    spent_to_date,
)

EIGHTY = 1.2815515655446004  # the normal distribution's 90 per cent point: 80 per cent lie within


@dataclass(frozen=True)
class Interval:
    """An expectation with the ends of its 80 per cent interval."""

    low: float
    mid: float
    high: float


@dataclass(frozen=True)
class Rate:
    """A practice's rate for a POD, pennies a year, and what it rests on.

    `size` is what the commissioner's rate gives for it, `seen` the share of a year seen so far,
    `credibility` the weight of its own spending, `months` the year's shares that it is open for.
    """

    annual: float
    size: float
    seen: float
    credibility: float
    months: tuple[float, ...]


def rates_of(practice: Practice, number: int, experience: Experience) -> tuple[Rate, ...]:
    """The practice's rate for each POD, by place. `number` is its place among the practices."""
    return tuple(
        _rate(practice, place, experience.sizes[number][place], experience)
        for place in range(len(experience.pods))
    )


def _rate(practice: Practice, place: int, size: float, experience: Experience) -> Rate:
    pod = experience.pods[place]
    months = tuple(
        share if month < open_months(practice) else 0.0
        for month, share in enumerate(pod.season.share)
    )
    seen = fsum(share * done for share, done in zip(months, pod.complete, strict=False))
    spent = max(spent_to_date(practice, place, experience.month), 0.0)
    usual = pod.ratio * size
    if usual <= 0:
        return Rate(spent / seen if seen > 0 else 0.0, 0.0, seen, 1.0, months)
    if seen <= 0:
        return Rate(usual, usual, seen, 0.0, months)
    credibility = _credibility(
        pod.chance.between, pod.chance.dispersion * pod.severity / usual, seen
    )
    annual = usual * (1.0 + credibility * (spent / (usual * seen) - 1.0))
    return Rate(annual, usual, seen, credibility, months)


def _credibility(between: float, a_year: float, seen: float) -> float:
    """The weight of a practice's own spending: B / (B + noise).

    `a_year` is the relative variance of a year's spending by chance. So far a `seen` part of a year
    was observed; and the budget strays from the true rate by what practices do, and by the chance
    of the spending that it rests on.
    """
    spread = between + BUDGETS_YEARS * a_year
    return spread / (spread + a_year / seen)


def to_come(
    rates: Sequence[Rate],
    places: Sequence[int],
    chance: Chance,
    experience: Experience,
    until: int,
) -> Interval:
    """What will be posted beyond what stands, for activity up to the month `until`.

    `rates` are a practice's, all of them; `places` the PODs asked for, `chance` theirs together.
    """
    now = experience.month
    late = [
        fsum(
            rates[place].annual
            * rates[place].months[month]
            * (1.0 - experience.pods[place].complete[month])
            for place in places
        )
        for month in range(now + 1)
    ]
    ahead = [
        fsum(rates[place].annual * rates[place].months[month] for place in places)
        for month in range(now + 1, until + 1)
    ]
    unseen = {place: _unseen(rates[place], place, experience, until) for place in places}
    variance = fsum(
        [
            chance.dispersion * _of_spells(rates, unseen, experience),
            _of_rates(rates, unseen, chance, experience),
            _of_seasons(rates, unseen, experience, until),
            chance.shock * fsum(value * value for value in ahead),
            chance.shock * _squared_shocks_seen(rates, unseen, experience),
            experience.unevenness * fsum(value * value for value in late),
        ]
    )
    return _eighty(fsum(late + ahead), variance)


def _unseen(rate: Rate, place: int, experience: Experience, until: int) -> float:
    """The share of a year that is to come: late charges, and the months ahead."""
    now, complete = experience.month, experience.pods[place].complete
    return fsum(
        [rate.months[month] * (1.0 - complete[month]) for month in range(now + 1)]
        + [rate.months[month] for month in range(now + 1, until + 1)]
    )


def _of_spells(rates: Sequence[Rate], unseen: Mapping[int, float], experience: Experience) -> float:
    """The variance of a compound Poisson sum: pennies to come x E[x²] / E[x]."""
    return fsum(
        abs(share) * rates[place].annual * experience.pods[place].severity
        for place, share in unseen.items()
    )


def _of_rates(
    rates: Sequence[Rate], unseen: Mapping[int, float], chance: Chance, experience: Experience
) -> float:
    """What not knowing the practice's own rate, and the commissioner's, adds to the variance."""
    sized = [place for place in unseen if rates[place].size > 0 and rates[place].seen > 0]
    size = fsum(rates[place].size for place in sized)
    terms = []
    if size > 0:
        severe = fsum(experience.pods[place].severity * rates[place].size for place in sized)
        seen = fsum(rates[place].size * rates[place].seen for place in sized) / size
        a_year = chance.dispersion * severe / (size * size)
        spread = chance.between + BUDGETS_YEARS * a_year
        left = (1.0 - _credibility(chance.between, a_year, seen)) * spread
        ahead = fsum(rates[place].size * unseen[place] for place in sized)
        terms.append(left * ahead * ahead)
    for place, share in unseen.items():
        rate, pod = rates[place], experience.pods[place]
        if rate.size > 0:
            common = (1.0 - rate.credibility) * rate.size / pod.ratio * share
            terms.append(pod.ratio_variance * common * common)
        elif rate.seen > 0:
            a_year = chance.dispersion * pod.severity * rate.annual
            terms.append(a_year / rate.seen * share * share)
    return fsum(terms)


def _of_seasons(
    rates: Sequence[Rate], unseen: Mapping[int, float], experience: Experience, until: int
) -> float:
    """What wrong shares of the months add: of those ahead, and of those the rate was learned from.

    A month that has less of the year than it is given makes the rate too low, and so all months
    ahead.
    """
    now, terms = experience.month, []
    for place, share in unseen.items():
        rate, pod = rates[place], experience.pods[place]
        back = share / rate.seen if rate.seen > 0 else 0.0
        weight = [
            (-back * pod.complete[month] if month <= now else float(month <= until))
            if rate.months[month] > 0
            else 0.0
            for month in range(MONTHS)
        ]
        terms.append(rate.annual * rate.annual * pod.season.error(weight))
    return fsum(terms)


def _squared_shocks_seen(
    rates: Sequence[Rate], unseen: Mapping[int, float], experience: Experience
) -> float:
    """What shocks of months to date, which the rate was learned from, do to the months ahead."""
    return fsum(
        value * value
        for value in (
            fsum(
                rates[place].annual
                * share
                * rates[place].months[month]
                * experience.pods[place].complete[month]
                / rates[place].seen
                for place, share in unseen.items()
                if rates[place].seen > 0
            )
            for month in range(experience.month + 1)
        )
    )


def _eighty(mid: float, variance: float) -> Interval:
    """The interval of a gamma distribution of that mean and variance, after Wilson and Hilferty.

    Skewed as sums of spell costs are, and never below what stands posted. Where more is expected to
    be credited than charged, the normal distribution's.
    """
    if variance <= 0:
        return Interval(mid, mid, mid)
    if mid <= 0:
        spread = EIGHTY * sqrt(variance)
        return Interval(mid - spread, mid, mid + spread)
    ninth = variance / (9.0 * mid * mid)
    low = max(1.0 - ninth - EIGHTY * sqrt(ninth), 0.0)
    high = max(1.0 - ninth + EIGHTY * sqrt(ninth), 1.0)
    return Interval(min(mid * low * low * low, mid), mid, mid * high * high * high)


@dataclass(frozen=True)
class Band:
    """How far a practice that keeps to its size strays by a month's end, by chance alone.

    Without chance it would stand at its budget to date, less charges that are still to arrive
    (`late`), plus what the season gives beyond the budget's own course (`season`). `spread` is half
    the width of the 80 per cent around that.
    """

    late: float
    season: float
    spread: float


def bands(
    bases: Sequence[float],
    places: Sequence[int],
    shares: Sequence[Sequence[float]],
    chance: Chance,
    experience: Experience,
) -> list[Band]:
    """The band at each month's end. `bases` are a year's pennies by POD, `shares` the budget's."""
    now = experience.month
    late, season, spells, squared = [], [], [], []
    for month in range(MONTHS):
        due = {place: bases[place] * experience.pods[place].season.share[month] for place in places}
        missing = (
            [due[place] * (1.0 - experience.pods[place].complete[month]) for place in places]
            if month <= now
            else []
        )
        whole = fsum(due.values())
        late.append(fsum(missing))
        season.append(whole - fsum(bases[place] * shares[place][month] for place in places))
        spells.append(fsum(due[place] * experience.pods[place].severity for place in places))
        squared.append(whole * whole)
    found = []
    for end in range(1, MONTHS + 1):
        variance = chance.dispersion * fsum(spells[:end]) + chance.shock * fsum(squared[:end])
        found.append(Band(fsum(late[:end]), fsum(season[:end]), EIGHTY * sqrt(max(variance, 0.0))))
    return found
