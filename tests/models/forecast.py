"""The forecast in plain Python: the formulas of docs/forecast.md, one after the other.

A second implementation for small examples: everything in loops over practices, points of delivery
and months, nothing shared but what was worked out before. Amounts are pounds, months count from
April (0), those of earlier years are below 0. `expected(world)` gives what is to come for each
practice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from math import cos, pi, sin, sqrt

Z = 1.2815515655446004
LATE = {1: 0.05, 2: 0.015, 3: 0.005}

Months = Mapping[int, float]


@dataclass(frozen=True, eq=False)
class Surgery:
    """A practice: by POD its budget and what it spent in each month, and which PODs count."""

    budget: Sequence[float]
    spent: Sequence[Months]
    counted: Sequence[bool]
    patients: float | None = None
    last_month: int | None = None


@dataclass(frozen=True, eq=False)
class World:
    """A commissioner at a month's close.

    By POD: the budget's shares and days of the months, what was posted by (month, lag), what
    earlier years had, and spells, pounds and squared pounds of the past year.
    """

    now: int
    opened: int
    surgeries: Sequence[Surgery]
    shares: Sequence[Sequence[float]]
    days: Sequence[Months]
    posted: Sequence[Mapping[tuple[int, int], float]]
    earlier: Sequence[Months]
    costs: Sequence[tuple[int, float, float]]
    freeze: int | None = None
    given: Sequence[bool] = field(default=(False, False, False))

    @property
    def pods(self) -> range:
        return range(len(self.shares))


@dataclass(frozen=True)
class Outlook:
    """What is to come: for each POD and, last, for the total: low, mid and high, in pounds."""

    rows: Sequence[tuple[float, float, float]]


@cache
def factors(world: World, pod: int) -> dict[int, float]:
    """Development factors by lag: own experience, leaning on all PODs', leaning on the usual."""
    everything = sum(pounds for _, pounds, _ in world.costs)
    spells = sum(number for number, _, _ in world.costs)
    mean = everything / spells if spells else 0
    own_mean = world.costs[pod][1] / world.costs[pod][0] if world.costs[pod][0] else 0
    found = {}
    for lag in range(1, 13):
        if world.freeze is not None and lag > world.freeze:
            continue

        def seen(pods: Sequence[int], lag: int = lag) -> tuple[float, float]:
            arrived = stood = 0.0
            for one in pods:
                for (month, k), pounds in world.posted[one].items():
                    if month + lag <= world.now:
                        arrived += pounds if k == lag else 0
                        stood += pounds if k < lag else 0
            return arrived, stood

        arrived, stood = seen(world.pods)
        weight = 200 * mean
        usual = LATE.get(lag, 0)
        together = (arrived + weight * usual) / (stood + weight) if stood + weight else usual
        together = max(together, -0.5)
        arrived, stood = seen([pod])
        weight = 200 * (own_mean or mean)
        own = (arrived + weight * together) / (stood + weight) if stood + weight else together
        found[lag] = max(own, -0.5)
    return found


@cache
def complete(world: World, pod: int, lag: int) -> float:
    """The share of a month's charges that stands posted at a lag."""
    product = 1.0
    for at, factor in factors(world, pod).items():
        if at > lag:
            product *= 1 + factor
    return 1 / product


@cache
def unevenness(world: World) -> float:
    """How unevenly charges come late, by moments over months and lags."""
    excess = squares = 0.0
    months = set()
    for pod in world.pods:
        for lag, factor in factors(world, pod).items():
            for month in {month for month, _ in world.posted[pod]}:
                if month + lag > world.now:
                    continue
                stood = sum(world.posted[pod].get((month, k), 0) for k in range(lag))
                due = stood * factor
                if due > 0:
                    months.add(month)
                    arrived = world.posted[pod].get((month, lag), 0)
                    excess += (arrived - due) ** 2 - severity_of(world, pod, alone=True) * due
                    squares += due**2
    if not months:
        return 0.25
    return max((6 * 0.25 + len(months) * excess / squares) / (6 + len(months)), 0.01)


def severity_of(world: World, pod: int, *, alone: bool = False) -> float:
    """E[x squared] / E[x] of the spells' costs; of all PODs' where this one has none."""
    _, pounds, squares = world.costs[pod]
    if pounds > 0 or alone:
        return squares / pounds if pounds > 0 else 0
    everything = sum(pounds for _, pounds, _ in world.costs)
    return sum(squares for _, _, squares in world.costs) / everything if everything > 0 else 0


@cache
def season(world: World, pod: int) -> tuple[list[float], list[float], float]:
    """Shares of the year, their relative variances, and the wave that is not known."""
    shares = list(world.shares[pod])
    if world.given[pod]:
        return shares, [0.0] * 12, 0.0
    spent, due, years = [0.0] * 12, [0.0] * 12, 0
    for back in (1, 2, 3):
        months = range(-12 * back, -12 * back + 12)
        had = [
            world.earlier[pod].get(m, 0) / complete(world, pod, min(world.now - m, 12))
            for m in months
        ]
        days = sum(world.days[pod][m] for m in months)
        even = [sum(had) * world.days[pod][m] / days for m in months]
        if all(h > 0 and h >= e / 2 for h, e in zip(had, even, strict=True)):
            years += 1
            spent = [a + b for a, b in zip(spent, had, strict=True)]
            due = [a + b for a, b in zip(due, even, strict=True)]
    if not years:
        return shares, [0.0] * 12, 0.06**2
    lift = [s / d - 1 for s, d in zip(spent, due, strict=True)]
    noise = [1.2 * severity_of(world, pod, alone=True) / s + 0.03**2 / years for s in spent]
    across = sum(lift[m] * cos(2 * pi * m / 12) for m in range(12)) / 6
    up = sum(lift[m] * sin(2 * pi * m / 12) for m in range(12)) / 6
    wave = [across * cos(2 * pi * m / 12) + up * sin(2 * pi * m / 12) for m in range(12)]
    wave_noise = 4 * sum(noise) / 144
    trust = 0.06**2 / (0.06**2 + wave_noise)
    rest = [lift[m] - wave[m] for m in range(12)]
    signal = max((sum(r**2 for r in rest) - 0.75 * sum(noise)) / 9, 0)
    own = [signal / (signal + n) for n in noise]
    raised = [shares[m] * (1 + trust * wave[m] + own[m] * rest[m]) for m in range(12)]
    return (
        [r / sum(raised) for r in raised],
        [own[m] * noise[m] for m in range(12)],
        trust * wave_noise,
    )


def wrong_shares(world: World, pod: int, weight: Sequence[float]) -> float:
    """Variance of the weighted sum of a year's shares."""
    shares, variances, wave = season(world, pod)
    each = sum((weight[m] * shares[m]) ** 2 * variances[m] for m in range(12))
    across = sum(weight[m] * shares[m] * cos(2 * pi * m / 12) for m in range(12))
    up = sum(weight[m] * shares[m] * sin(2 * pi * m / 12) for m in range(12))
    return each + wave / 2 * (across**2 + up**2)


def is_open(surgery: Surgery, month: int) -> bool:
    return surgery.last_month is None or month <= surgery.last_month


@cache
def seen_share(world: World, surgery: Surgery, pod: int) -> float:
    """The share of its year that has been seen of a practice."""
    shares = season(world, pod)[0]
    return sum(
        shares[m] * complete(world, pod, world.now - m)
        for m in range(world.now + 1)
        if is_open(surgery, m)
    )


def to_date(world: World, surgery: Surgery, pod: int) -> float:
    return sum(p for m, p in surgery.spent[pod].items() if 0 <= m <= world.now)


@cache
def size(world: World, surgery: Surgery, pod: int) -> float:
    """Its budget; for a practice without any, its patients at the commissioner's budget a patient,
    or its spending where nobody has a budget.
    """
    if any(surgery.budget):
        return surgery.budget[pod]
    listed = [one for one in world.surgeries if one.patients]
    held = [one for one in listed if one.budget[pod] > 0]
    if held:
        a_patient = sum(one.budget[pod] for one in held) / sum(one.patients or 0 for one in held)
    elif listed:
        shares = season(world, pod)[0]
        seen = sum(shares[m] * complete(world, pod, world.now - m) for m in range(world.now + 1))
        spent = sum(to_date(world, one, pod) for one in listed)
        a_patient = max(spent / seen, 0) / sum(one.patients or 0 for one in listed)
    else:
        a_patient = 0
    return a_patient * (surgery.patients or 0)


Cells = dict[tuple[int, int], tuple[float, float, float]]


def cells(world: World, pod: int) -> Cells:
    """By practice and month of the past year: spent, expected by its own rate, and noise."""
    shares = season(world, pod)[0]
    window = range(max(world.opened, world.now - 11), world.now + 1)
    weight = {}
    for month in window:
        share = shares[month] if month >= 0 else shifted(world, pod, month)
        weight[month] = share * complete(world, pod, world.now - month)
    found = {}
    for number, surgery in enumerate(world.surgeries):
        months = [m for m in window if is_open(surgery, m)]
        spent = sum(surgery.spent[pod].get(m, 0) for m in months)
        exposed = sum(weight[m] for m in months)
        if spent > 0 and exposed > 0:
            for m in months:
                due = spent * weight[m] / exposed
                noise = severity_of(world, pod) * due
                found[number, m] = (surgery.spent[pod].get(m, 0), due, noise)
    return found


def shifted(world: World, pod: int, month: int) -> float:
    """An earlier month's share of its own year: its days, with this year's season on them."""
    shares, first = season(world, pod)[0], month // 12 * 12
    raised = [world.days[pod][first + m] * shares[m] / world.shares[pod][m] for m in range(12)]
    return raised[month - first] / sum(raised)


def dispersion(found: Cells) -> float:
    free = len(found) - len({number for number, _ in found})
    pearson = sum((spent - due) ** 2 / noise for spent, due, noise in found.values())
    return max((pearson + 50 * 1.2) / (free + 50), 1)


def shock(found: Cells, phi: float) -> float:
    months = sorted({month for _, month in found})
    if len(months) < 2:
        return 0.03**2
    strayed = due = 0.0
    for month in months:
        of = [cell for (_, m), cell in found.items() if m == month]
        strayed += sum(spent - expected for spent, expected, _ in of) ** 2
        due += sum(expected for _, expected, _ in of) ** 2
    free = len(months) - 1
    chance = phi * sum(noise for _, _, noise in found.values()) * free / len(months)
    return max((12 * 0.03**2 + free * (strayed - chance) / due) / (12 + free), 0.005**2)


def between(rated: Sequence[tuple[float, float, float]]) -> float:
    """Bühlmann and Straub's variance between practices, of (expected, spent, noise)."""
    if len(rated) < 2:
        return 0.01
    whole = sum(due for due, _, _ in rated)
    mean = sum(spent for _, spent, _ in rated) / whole
    rest = whole - sum(due**2 for due, _, _ in rated) / whole
    strayed = sum(due * (spent / due - mean) ** 2 for due, spent, _ in rated)
    chance = sum(due * (1 - due / whole) * noise for due, _, noise in rated)
    sampling = 2 * sum((due * (noise + 0.01)) ** 2 for due, _, noise in rated) / rest**2
    weight = 0.01**2 / (0.01**2 + sampling)
    return max(0.01 + weight * ((strayed - chance) / rest - 0.01), 0.02**2)


def ratio(world: World, pod: int, phi: float, tau: float) -> tuple[float, float]:
    """Spending over what the budgets expect, and what single spells leave unknown of it."""
    due = sum(size(world, one, pod) * seen_share(world, one, pod) for one in world.surgeries)
    if due <= 0:
        return 1.0, 0.01
    sized = [one for one in world.surgeries if size(world, one, pod) * seen_share(world, one, pod)]
    found = max(sum(to_date(world, one, pod) for one in sized) / due, 0)
    shares = season(world, pod)[0]
    done = [complete(world, pod, world.now - m) if m <= world.now else 0 for m in range(12)]
    exposed = [shares[m] * done[m] for m in range(12)]
    spells = phi * severity_of(world, pod) / due
    common = tau * sum(e**2 for e in exposed) + wrong_shares(world, pod, done)
    trust = 0.01 / (0.01 + spells + common / sum(exposed) ** 2)
    return 1 + trust * (found - 1), trust * spells


def expected(world: World) -> list[Outlook]:
    """What is to come by the end of March, for each practice."""
    of_pod = {pod: cells(world, pod) for pod in world.pods}
    together: Cells = {}
    for pod in world.pods:
        for (number, month), cell in of_pod[pod].items():
            if world.surgeries[number].counted[pod]:
                before = together.get((number, month), (0.0, 0.0, 0.0))
                together[number, month] = tuple(  # type: ignore[assignment]
                    a + b for a, b in zip(before, cell, strict=True)
                )
    phi = [dispersion(of_pod[pod]) for pod in world.pods]
    tau = [shock(of_pod[pod], phi[pod]) for pod in world.pods]
    q = [ratio(world, pod, phi[pod], tau[pod]) for pod in world.pods]
    apart = []
    for pod in world.pods:
        rated = []
        for one in world.surgeries:
            usual, seen = q[pod][0] * size(world, one, pod), seen_share(world, one, pod)
            if usual * seen > 0:
                a_year = phi[pod] * severity_of(world, pod) / usual
                rated.append((usual * seen, to_date(world, one, pod), a_year * (1 / seen + 1)))
        apart.append(between(rated))
    phi_all = dispersion(together)
    rated = []
    for one in world.surgeries:
        due = noise = spent = 0.0
        for pod in world.pods:
            if one.counted[pod] and size(world, one, pod) > 0:
                seen = seen_share(world, one, pod)
                part = q[pod][0] * size(world, one, pod) * seen
                due += part
                noise += severity_of(world, pod) * part * (1 + seen)
                spent += to_date(world, one, pod)
        if due > 0:
            rated.append((due, spent, phi_all * noise / due**2))
    whole = (phi_all, shock(together, phi_all), between(rated))
    found = []
    for one in world.surgeries:
        rows = [
            interval(world, one, [pod], (phi[pod], tau[pod], apart[pod]), phi, apart, q)
            for pod in world.pods
        ]
        counted = [pod for pod in world.pods if one.counted[pod]]
        rows.append(interval(world, one, counted, whole, phi, apart, q))
        found.append(Outlook(rows))
    return found


def interval(
    world: World,
    one: Surgery,
    pods: Sequence[int],
    chance: tuple[float, float, float],
    phi: Sequence[float],
    apart: Sequence[float],
    q: Sequence[tuple[float, float]],
) -> tuple[float, float, float]:
    """Low, mid and high of what is to come for some of a practice's PODs."""
    of, tau, b = chance
    annual, usual, seen, trust, unseen, shares, late = {}, {}, {}, {}, {}, {}, {}
    for pod in pods:
        year = season(world, pod)[0]
        shares[pod] = [year[m] if is_open(one, m) else 0 for m in range(12)]
        seen[pod] = seen_share(world, one, pod)
        usual[pod] = q[pod][0] * size(world, one, pod)
        spent = max(to_date(world, one, pod), 0)
        if usual[pod] <= 0:
            annual[pod] = spent / seen[pod] if seen[pod] else 0
        elif not seen[pod]:
            annual[pod], trust[pod] = usual[pod], 0
        else:
            a_year = phi[pod] * severity_of(world, pod) / usual[pod]
            trust[pod] = (apart[pod] + a_year) / (apart[pod] + a_year + a_year / seen[pod])
            annual[pod] = usual[pod] * (1 - trust[pod]) + trust[pod] * spent / seen[pod]
        done = [complete(world, pod, world.now - m) for m in range(world.now + 1)]
        late[pod] = [shares[pod][m] * (1 - done[m]) for m in range(world.now + 1)]
        unseen[pod] = sum(late[pod]) + sum(shares[pod][world.now + 1 :])
    mid = sum(annual[pod] * unseen[pod] for pod in pods)
    variance = of * sum(annual[p] * abs(unseen[p]) * severity_of(world, p) for p in pods)
    sized = [pod for pod in pods if usual[pod] > 0 and seen[pod] > 0]
    if sized:
        together = sum(usual[p] for p in sized)
        a_year = of * sum(severity_of(world, p) * usual[p] for p in sized) / together**2
        share = sum(usual[p] * seen[p] for p in sized) / together
        spread = b + a_year
        left = spread * (1 - spread / (spread + a_year / share))
        variance += left * sum(usual[p] * unseen[p] for p in sized) ** 2
    for pod in pods:
        if usual[pod] > 0:
            variance += q[pod][1] * ((1 - trust[pod]) * usual[pod] / q[pod][0] * unseen[pod]) ** 2
        elif seen[pod] > 0:
            variance += of * severity_of(world, pod) * annual[pod] / seen[pod] * unseen[pod] ** 2
        back = unseen[pod] / seen[pod] if seen[pod] else 0
        weight = [
            0.0
            if not is_open(one, m)
            else 1.0
            if m > world.now
            else -back * complete(world, pod, world.now - m)
            for m in range(12)
        ]
        variance += annual[pod] ** 2 * wrong_shares(world, pod, weight)
    for m in range(12):
        if m > world.now:
            variance += tau * sum(annual[p] * shares[p][m] for p in pods) ** 2
        else:
            variance += unevenness(world) * sum(annual[p] * late[p][m] for p in pods) ** 2
            variance += (
                tau
                * sum(
                    annual[p]
                    * unseen[p]
                    / seen[p]
                    * shares[p][m]
                    * complete(world, p, world.now - m)
                    for p in pods
                    if seen[p] > 0
                )
                ** 2
            )
    if variance <= 0:
        return mid, mid, mid
    if mid <= 0:
        return mid - Z * sqrt(variance), mid, mid + Z * sqrt(variance)
    shape = mid**2 / variance
    low, high = (mid * max(1 - 1 / (9 * shape) + z / (3 * sqrt(shape)), 0) ** 3 for z in (-Z, Z))
    return min(low, mid), mid, max(high, mid)
