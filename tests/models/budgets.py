"""Setting a year's budgets in plain Python: base, uplift, movement, scaling, contingency.

A second implementation of the budget rules. Spend comes by practice, financial year and POD, the
practices' weighted lists by practice, both after the successions that count for the year. Parts
are rounded where the rules say so; between those points fractions are exact.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction

from tests.models.money import ZERO, split, to_penny

Row = Mapping[str, str]
Spend = Mapping[tuple[str, str, str], Decimal]

PODS = ("daycase", "elective", "non_elective")


@dataclass(frozen=True)
class Rule:
    """How a year's budgets are set. Percents are of 100; pace is from 0 to 1.

    `years` are the years that may be the base: all that are compared, or the one.
    """

    financial_year: str
    method: str
    years: Sequence[str]
    uplift_percent: Decimal = Decimal(0)
    uplift_percent_by_pod: Mapping[str, Decimal] = field(default_factory=dict)
    contingency_percent: Decimal = Decimal(0)
    resource_limit: Decimal | None = None
    scale_to_limit: bool = False
    pace: Decimal = Decimal(1)
    maximum_change_percent: Decimal | None = None


@dataclass(frozen=True)
class Budget:
    """A practice's budget for a POD, in the parts of the export of budgets."""

    practice_code: str
    pod: str
    base_year: str
    base_amount: Decimal
    uplift: Decimal
    adjustment: Decimal = ZERO
    contingency: Decimal = ZERO

    @property
    def before_contingency(self) -> Decimal:
        """Base, uplift and adjustment."""
        return self.base_amount + self.uplift + self.adjustment

    @property
    def annual_amount(self) -> Decimal:
        """The sum of the four parts."""
        return self.before_contingency + self.contingency


class LimitExceededError(Exception):
    """The budgets and the fund together exceed the resource limit; the argument is by how much."""


def set_budgets(
    rule: Rule, spend: Spend, weighted_lists: Mapping[str, Decimal] | None = None
) -> list[Budget]:
    """Returns the budgets of all practices that have any spend, by practice and POD."""
    practices = sorted({practice for practice, _, _ in spend})
    budgets = [
        budget
        for practice in practices
        for budget in uplifted(rule, spend, practice, base_year_of(rule, spend, practice))
    ]
    if rule.method == "fair_shares":
        budgets = moved_to_fair_shares(rule, budgets, weighted_lists or {})
    return [with_contingency(rule, budget) for budget in within_limit(rule, budgets)]


def base_year_of(rule: Rule, spend: Spend, practice: str) -> str:
    """Returns a practice's base year: its dearest in total, the later of equals; or the one."""
    if rule.method != "highest_of_years":
        (year,) = rule.years
        return year

    def total(year: str) -> Decimal:
        return sum((spend.get((practice, year, pod), ZERO) for pod in PODS), ZERO)

    return max(rule.years, key=lambda year: (total(year), year))


def uplifted(rule: Rule, spend: Spend, practice: str, year: str) -> list[Budget]:
    """Returns a practice's budgets: each POD's spend in the base year, and its uplift."""
    budgets = []
    for pod in PODS:
        base = spend.get((practice, year, pod), ZERO)
        percent = rule.uplift_percent_by_pod.get(pod, rule.uplift_percent)
        budgets.append(Budget(practice, pod, year, base, to_penny(base * percent / 100)))
    return budgets


def moved_to_fair_shares(
    rule: Rule, budgets: Sequence[Budget], weighted_lists: Mapping[str, Decimal]
) -> list[Budget]:
    """Moves each practice towards its share of the resource, by the pace and within the cap.

    Worked for the practice and rounded once, then split over its PODs in proportion to what they
    have; where they have nothing, in proportion to what all practices' have.
    """
    assert rule.resource_limit is not None, "fair shares are shares of a resource"
    moved = []
    everyones = {
        pod: sum((each.before_contingency for each in budgets if each.pod == pod), ZERO)
        for pod in PODS
    }
    everyone = sum(Fraction(size) for size in weighted_lists.values())
    for practice in sorted({budget.practice_code for budget in budgets}):
        own = [budget for budget in budgets if budget.practice_code == practice]
        has = Fraction(sum(budget.before_contingency for budget in own))
        share = Fraction(weighted_lists[practice]) / everyone
        movement = Fraction(rule.pace) * (Fraction(rule.resource_limit) * share - has)
        if rule.maximum_change_percent is not None:
            cap = has * Fraction(rule.maximum_change_percent) / 100
            movement = max(-cap, min(cap, movement))
        weights = {budget.pod: budget.before_contingency for budget in own} if has else everyones
        parts = split(to_penny(movement), weights)
        moved += [replace(budget, adjustment=parts[budget.pod]) for budget in own]
    return moved


def within_limit(rule: Rule, budgets: Sequence[Budget]) -> list[Budget]:
    """Holds budgets and fund together within the resource limit: scales them, or refuses."""
    amounts = {(budget.practice_code, budget.pod): budget.before_contingency for budget in budgets}
    total = sum(amounts.values(), ZERO)
    if rule.resource_limit is None or total <= rule.resource_limit:
        return list(budgets)
    if not rule.scale_to_limit:
        raise LimitExceededError(total - rule.resource_limit)
    scaled = split(rule.resource_limit, amounts)
    return [
        replace(
            budget,
            adjustment=scaled[budget.practice_code, budget.pod]
            - budget.base_amount
            - budget.uplift,
        )
        for budget in budgets
    ]


def with_contingency(rule: Rule, budget: Budget) -> Budget:
    """Takes the contingency off a budget, for the ring-fenced fund."""
    fund = to_penny(budget.before_contingency * rule.contingency_percent / 100)
    return replace(budget, contingency=-fund)


def status_of(practice: str, participation: Sequence[Row], day: str) -> str:
    """Returns whether a practice is signed up on a day; who was never named gets information."""
    known = [
        row for row in participation if row["practice_code"] == practice and row["from_date"] <= day
    ]
    latest = max(known, key=lambda row: row["from_date"], default={"status": "information"})
    return latest["status"]
