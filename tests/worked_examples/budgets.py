"""Budgets by example: how a year's budgets come from earlier spend, by each method.

A case gives the rule for 2004/05, the spend of earlier years in pounds by practice and POD, and the
parts expected, each written as the sum it is: base, uplift, adjustment and contingency, which add
up to the annual amount. What it does not give of a part is 0.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from tests.models.budgets import Rule

YEAR = "2004/05"
PRACTICES = {"A": "Y94001", "B": "Y94002", "C": "Y94003", "OLD": "Y94004"}

Spend = Mapping[tuple[str, str, str], str]
Parts = Mapping[str, str]


@dataclass(frozen=True)
class BudgetExample:
    """A case: the rule, spend by practice, year and POD, lists, and the parts expected.

    `exceeded_by` is by how much the resource limit is exceeded, where that is an error. Practice
    OLD is succeeded by A on 1 October 2003.
    """

    title: str
    rule_in_words: str
    rule: Rule
    spend: Spend
    expected: Mapping[tuple[str, str], Parts] = field(default_factory=dict)
    weighted_lists: Mapping[str, int] = field(default_factory=dict)
    exceeded_by: str = ""


def base_year(
    *,
    uplift: str = "0",
    uplifts: Mapping[str, str] | None = None,
    contingency: str = "0",
    limit: str | None = None,
    scale: bool = False,
) -> Rule:
    """The rule that takes the spend of 2003/04."""
    return Rule(
        YEAR,
        "base_year",
        ["2003/04"],
        uplift_percent=Decimal(uplift),
        uplift_percent_by_pod={pod: Decimal(rate) for pod, rate in (uplifts or {}).items()},
        contingency_percent=Decimal(contingency),
        resource_limit=None if limit is None else Decimal(limit),
        scale_to_limit=scale,
    )


def fair_shares(
    limit: str, pace: str, *, cap: str | None = None, uplift: str = "0", contingency: str = "0"
) -> Rule:
    """The rule that moves the spend of 2003/04 towards fair shares."""
    return Rule(
        YEAR,
        "fair_shares",
        ["2003/04"],
        uplift_percent=Decimal(uplift),
        contingency_percent=Decimal(contingency),
        resource_limit=Decimal(limit),
        pace=Decimal(pace),
        maximum_change_percent=None if cap is None else Decimal(cap),
    )


THREE_YEARS = Rule(YEAR, "highest_of_years", ["2001/02", "2002/03", "2003/04"])

EXAMPLES = [
    BudgetExample(
        "The dearest of three years",
        "The year that was dearest in total gives every point of delivery, dearest or not.",
        THREE_YEARS,
        {
            ("A", "2001/02", "elective"): "100",
            ("A", "2001/02", "daycase"): "50",
            ("A", "2002/03", "elective"): "80",
            ("A", "2002/03", "non_elective"): "90",
            ("A", "2003/04", "elective"): "110",
        },
        {
            ("A", "elective"): {"base_amount": "80", "annual_amount": "80"},
            ("A", "non_elective"): {"base_amount": "90", "annual_amount": "90"},
        },
    ),
    BudgetExample(
        "Two years equally dear",
        "Of equals the later year.",
        THREE_YEARS,
        {
            ("A", "2001/02", "elective"): "100",
            ("A", "2002/03", "daycase"): "100",
            ("A", "2003/04", "elective"): "99.99",
        },
        {("A", "daycase"): {"base_amount": "100", "annual_amount": "100"}},
    ),
    BudgetExample(
        "Each practice has its own dearest year",
        "The years are compared practice by practice.",
        THREE_YEARS,
        {
            ("A", "2001/02", "elective"): "100",
            ("A", "2002/03", "elective"): "90",
            ("A", "2003/04", "elective"): "80",
            ("B", "2001/02", "elective"): "10",
            ("B", "2002/03", "elective"): "20",
            ("B", "2003/04", "elective"): "15",
        },
        {
            ("A", "elective"): {"base_amount": "100", "annual_amount": "100"},
            ("B", "elective"): {"base_amount": "20", "annual_amount": "20"},
        },
    ),
    BudgetExample(
        "A practice that was succeeded before the year",
        "Its history is the successor's: the years are compared together.",
        THREE_YEARS,
        {
            ("A", "2001/02", "elective"): "100",
            ("A", "2002/03", "elective"): "90",
            ("OLD", "2002/03", "elective"): "20",
            ("A", "2003/04", "elective"): "70",
        },
        {("A", "elective"): {"base_amount": "90 + 20", "annual_amount": "90 + 20"}},
    ),
    BudgetExample(
        "Uplift, of everything and of one point of delivery",
        "The default, or the point of delivery's own; half a penny goes up.",
        base_year(uplift="3", uplifts={"non_elective": "4.5"}),
        {
            ("A", "2003/04", "elective"): "1000.50",
            ("A", "2003/04", "non_elective"): "200",
            ("A", "2002/03", "elective"): "9999",
        },
        {
            ("A", "elective"): {
                "base_amount": "1000.50",
                "uplift": "30.02",  # 30.015
                "annual_amount": "1000.50 + 30.02",
            },
            ("A", "non_elective"): {
                "base_amount": "200",
                "uplift": "200 * 4.5 / 100",
                "annual_amount": "200 + 9",
            },
        },
    ),
    BudgetExample(
        "Contingency",
        "It comes off what base and uplift make, and goes to the ring-fenced fund; half a penny "
        "goes up before it is taken off.",
        base_year(uplift="10", contingency="2.5"),
        {("A", "2003/04", "elective"): "1000", ("B", "2003/04", "elective"): "2"},
        {
            ("A", "elective"): {
                "base_amount": "1000",
                "uplift": "100",
                "contingency": "-(1000 + 100) * 2.5 / 100",
                "annual_amount": "1000 + 100 - 27.50",
            },
            ("B", "elective"): {
                "base_amount": "2",
                "uplift": "0.20",
                "contingency": "-0.06",  # 0.055
                "annual_amount": "2 + 0.20 - 0.06",
            },
        },
    ),
    BudgetExample(
        "The resource limit just reached",
        "Budgets and the fund together may come to the limit.",
        base_year(contingency="10", limit="300"),
        {("A", "2003/04", "elective"): "100", ("B", "2003/04", "elective"): "200"},
        {
            ("A", "elective"): {
                "base_amount": "100",
                "contingency": "-10",
                "annual_amount": "100 - 10",
            },
            ("B", "elective"): {
                "base_amount": "200",
                "contingency": "-20",
                "annual_amount": "200 - 20",
            },
        },
    ),
    BudgetExample(
        "The resource limit exceeded by a penny",
        "The fund counts: that the contingency is taken off does not make room.",
        base_year(contingency="10", limit="299.99"),
        {("A", "2003/04", "elective"): "100", ("B", "2003/04", "elective"): "200"},
        exceeded_by="0.01",
    ),
    BudgetExample(
        "Scaled to the resource limit",
        "Each in proportion, by largest remainder, before the contingency: of 66.666 and 133.333 "
        "the first loses more by cutting and gets the penny left over.",
        base_year(contingency="10", limit="200", scale=True),
        {("A", "2003/04", "elective"): "100", ("B", "2003/04", "elective"): "200"},
        {
            ("A", "elective"): {
                "base_amount": "100",
                "adjustment": "66.67 - 100",
                "contingency": "-6.67",
                "annual_amount": "66.67 - 6.67",
            },
            ("B", "elective"): {
                "base_amount": "200",
                "adjustment": "133.33 - 200",
                "contingency": "-13.33",
                "annual_amount": "133.33 - 13.33",
            },
        },
    ),
    BudgetExample(
        "Below the resource limit",
        "Scaling only ever takes away.",
        base_year(limit="500", scale=True),
        {("A", "2003/04", "elective"): "100"},
        {("A", "elective"): {"base_amount": "100", "annual_amount": "100"}},
    ),
    BudgetExample(
        "Fair shares, all the way",
        "At a pace of 1 each practice has its weighted share of the resource.",
        fair_shares("1000", "1"),
        {("A", "2003/04", "elective"): "700", ("B", "2003/04", "elective"): "300"},
        {
            ("A", "elective"): {
                "base_amount": "700",
                "adjustment": "1000 * 2 / 5 - 700",
                "annual_amount": "400",
            },
            ("B", "elective"): {
                "base_amount": "300",
                "adjustment": "1000 * 3 / 5 - 300",
                "annual_amount": "600",
            },
        },
        weighted_lists={"A": 2000, "B": 3000},
    ),
    BudgetExample(
        "Fair shares, a quarter of the way",
        "The pace is how much of the distance is gone this year, from base and uplift.",
        fair_shares("1100", "0.25", uplift="10"),
        {("A", "2003/04", "elective"): "700", ("B", "2003/04", "elective"): "300"},
        {
            ("A", "elective"): {
                "base_amount": "700",
                "uplift": "70",
                "adjustment": "0.25 * (1100 * 2 / 5 - 770)",
                "annual_amount": "770 - 82.50",
            },
            ("B", "elective"): {
                "base_amount": "300",
                "uplift": "30",
                "adjustment": "0.25 * (1100 * 3 / 5 - 330)",
                "annual_amount": "330 + 82.50",
            },
        },
        weighted_lists={"A": 2000, "B": 3000},
    ),
    BudgetExample(
        "Fair shares, no more than 5 per cent a year",
        "The movement is at most so much of base and uplift, either way.",
        fair_shares("1000", "1", cap="5"),
        {("A", "2003/04", "elective"): "700", ("B", "2003/04", "elective"): "280"},
        {
            ("A", "elective"): {
                "base_amount": "700",
                "adjustment": "-700 * 5 / 100",
                "annual_amount": "700 - 35",
            },
            ("B", "elective"): {
                "base_amount": "280",
                "adjustment": "280 * 5 / 100",
                "annual_amount": "280 + 14",
            },
        },
        weighted_lists={"A": 2000, "B": 3000},
    ),
    BudgetExample(
        "Fair shares split over points of delivery",
        "The practice's movement of 100 is split in proportion to 100, 100 and 100: 33.333 each, "
        "and the penny left over to the lowest key, day cases.",
        fair_shares("400", "1"),
        {
            ("A", "2003/04", "elective"): "100",
            ("A", "2003/04", "daycase"): "100",
            ("A", "2003/04", "non_elective"): "100",
        },
        {
            ("A", "daycase"): {
                "base_amount": "100",
                "adjustment": "33.34",
                "annual_amount": "133.34",
            },
            ("A", "elective"): {
                "base_amount": "100",
                "adjustment": "33.33",
                "annual_amount": "133.33",
            },
            ("A", "non_elective"): {
                "base_amount": "100",
                "adjustment": "33.33",
                "annual_amount": "133.33",
            },
        },
        weighted_lists={"A": 5000},
    ),
    BudgetExample(
        "Fair shares of a practice that has nothing yet",
        "B opened after the base year. At half the pace it is given half of its share, 200, split "
        "as all practices together: 3 to 1.",
        fair_shares("800", "0.5"),
        {
            ("A", "2003/04", "elective"): "300",
            ("A", "2003/04", "daycase"): "100",
            ("B", "2003/04", "elective"): "0",
        },
        {
            ("A", "elective"): {
                "base_amount": "300",
                "adjustment": "0.5 * (800 / 2 - 400) * 3 / 4",
                "annual_amount": "300",
            },
            ("A", "daycase"): {"base_amount": "100", "annual_amount": "100"},
            ("B", "elective"): {
                "adjustment": "0.5 * (800 / 2 - 0) * 3 / 4",
                "annual_amount": "150",
            },
            ("B", "daycase"): {"adjustment": "0.5 * 400 / 4", "annual_amount": "50"},
        },
        weighted_lists={"A": 3000, "B": 3000},
    ),
    BudgetExample(
        "Fair shares and a contingency",
        "The contingency comes off what the movement leaves.",
        fair_shares("1000", "1", contingency="10"),
        {("A", "2003/04", "elective"): "700", ("B", "2003/04", "elective"): "300"},
        {
            ("A", "elective"): {
                "base_amount": "700",
                "adjustment": "400 - 700",
                "contingency": "-400 * 10 / 100",
                "annual_amount": "400 - 40",
            },
            ("B", "elective"): {
                "base_amount": "300",
                "adjustment": "600 - 300",
                "contingency": "-600 * 10 / 100",
                "annual_amount": "600 - 60",
            },
        },
        weighted_lists={"A": 2000, "B": 3000},
    ),
]


def toml_of(rule: Rule) -> str:
    """Returns a rule as a site's TOML file gives it."""
    lines = [
        f'financial_year = "{rule.financial_year}"',
        f'method = "{rule.method}"',
        f"years = {json.dumps(rule.years)}",
        f"contingency_percent = {rule.contingency_percent}",
    ]
    if rule.resource_limit is not None:
        lines.append(f"resource_limit = {rule.resource_limit}")
        lines.append(f"scale_to_limit = {str(rule.scale_to_limit).lower()}")
    if rule.method == "fair_shares":
        lines.append(f"pace = {rule.pace}")
    if rule.maximum_change_percent is not None:
        lines.append(f"maximum_change_percent = {rule.maximum_change_percent}")
    lines += ["", "[uplift_percent]", f"default = {rule.uplift_percent}"]
    lines += [f"{pod} = {rate}" for pod, rate in rule.uplift_percent_by_pod.items()]
    return "\n".join(lines) + "\n"
