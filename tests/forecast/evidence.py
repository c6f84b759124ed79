"""Evidence for forecasts: random commissioners, and the same for the second implementation."""

import random

from tests.models.forecast import Surgery, World
from transforms.forecast.evidence import Evidence, Pod, Practice, SpellCosts

DAYS = (30, 31, 30, 31, 31, 30, 31, 30, 31, 31, 28, 31)
CODES = ("elective", "daycase", "non_elective")


def random_evidence(draw: random.Random) -> Evidence:
    """A small commissioner at some month, with what there may be and what may be missing."""
    now = draw.randrange(12)
    opened = draw.choice((-8, 0, now))
    freeze = draw.choice((None, None, 0, 2))
    held = draw.random() < 0.5
    budgeted = draw.random() < 0.9
    practices = []
    for number in range(draw.choice((1, 2, 6))):
        has_budget = budgeted and draw.random() < 0.8
        spending = [draw.uniform(0, 500_000) for _ in CODES]
        practices.append(
            Practice(
                code=f"Y{number:05d}",
                budget=tuple(
                    round(12 * one * draw.uniform(0.7, 1.3)) * 1.0 if has_budget else 0.0
                    for one in spending
                ),
                spent=tuple(
                    {
                        month: float(round(one * draw.uniform(0.3, 1.7)))
                        for month in range(max(opened, now - 11) if opened < 0 else 0, now + 1)
                        if draw.random() < 0.9
                    }
                    for one in spending
                ),
                counted=tuple(draw.random() < 0.9 for _ in CODES),
                list_size=draw.choice((None, draw.uniform(500, 9000))),
                last_month=draw.choice((None, None, None, draw.randrange(-1, 14))),
            )
        )
    pods = tuple(
        Pod(
            code=code,
            share=tuple(days / sum(DAYS) for days in DAYS),
            given=place == 1 and draw.random() < 0.3,
            days={month: float(DAYS[month % 12]) for month in range(-36, 12)},
            earlier={
                month: DAYS[month % 12] * draw.uniform(9e5, 1.4e6)
                for month in (range(-12, 0) if held else range(-2, 0))
            },
            development={
                (month, lag): draw.uniform(1e5, 1e7) if lag == 0 else draw.uniform(-1e5, 1e6)
                for month in range(opened, now + 1)
                for lag in range(min(now - month, 5) + 1)
            },
            costs=draw.choice(
                (SpellCosts(), *[SpellCosts(900, 900 * 130_000.0, 900 * 4.5e10)] * 4)
            ),
        )
        for place, code in enumerate(CODES)
    )
    return Evidence(now, opened, pods, tuple(practices), freeze)


def world_of(evidence: Evidence) -> World:
    """The same for the second implementation."""
    return World(
        now=evidence.month,
        opened=evidence.opened,
        surgeries=[
            Surgery(
                practice.budget,
                practice.spent,
                practice.counted,
                practice.list_size,
                practice.last_month,
            )
            for practice in evidence.practices
        ],
        shares=[pod.share for pod in evidence.pods],
        days=[pod.days for pod in evidence.pods],
        posted=[pod.development for pod in evidence.pods],
        earlier=[pod.earlier for pod in evidence.pods],
        costs=[(pod.costs.spells, pod.costs.pennies, pod.costs.squares) for pod in evidence.pods],
        freeze=evidence.freeze_after_months,
        given=[pod.given for pod in evidence.pods],
    )
