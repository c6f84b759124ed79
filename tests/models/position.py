"""The position in plain Python: actual against budget, by practice and POD, as a period sees it.

A second implementation of the position's rules, all but the forecast. Actuals come from the
ledger's postings, budgets from the budgets in force; successions say whose both are.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache

import holidays

from tests.models.attribution import RESIDENT, successor
from tests.models.ledger import Posting
from tests.models.money import ZERO, as_text, to_penny
from tests.models.months import financial_year, last_day, months_later, months_of

Row = Mapping[str, str]

PODS = ("daycase", "elective", "non_elective")
TOTAL = "total"


@dataclass(frozen=True)
class Position:
    """A practice's position for a POD or in total; budget figures are none for suspense."""

    period: str
    practice_code: str
    pod: str
    month_spells: int = 0
    month_actual: Decimal = ZERO
    month_budget: Decimal | None = ZERO
    adjustments: Decimal = ZERO
    ytd_spells: int = 0
    ytd_actual: Decimal = ZERO
    ytd_budget: Decimal | None = ZERO
    annual_budget: Decimal | None = ZERO
    prior_year_adjustments: Decimal = ZERO

    @property
    def variance(self) -> Decimal | None:
        """Actual less budget for the year to date; plus is overspent."""
        return None if self.ytd_budget is None else self.ytd_actual - self.ytd_budget

    @property
    def variance_percent(self) -> Decimal | None:
        """The variance in percent of the budget, to two decimals; none where that is 0."""
        if self.variance is None or not self.ytd_budget:
            return None
        return to_penny(Fraction(self.variance) * 100 / Fraction(self.ytd_budget))

    def as_text(self) -> dict[str, str]:
        """Returns the columns of the export of the position, without those of the forecast."""
        return {
            "period": self.period,
            "practice_code": self.practice_code,
            "pod": self.pod,
            "month_spells": str(self.month_spells),
            "month_actual": as_text(self.month_actual),
            "month_budget": as_text(self.month_budget),
            "adjustments": as_text(self.adjustments),
            "ytd_spells": str(self.ytd_spells),
            "ytd_actual": as_text(self.ytd_actual),
            "ytd_budget": as_text(self.ytd_budget),
            "variance": as_text(self.variance),
            "variance_percent": as_text(self.variance_percent),
            "annual_budget": as_text(self.annual_budget),
            "prior_year_adjustments": as_text(self.prior_year_adjustments),
        }


@dataclass(frozen=True)
class Year:
    """What a position needs beside postings: budgets in force, successions, scope and profile.

    Rows as the reference files carry them.
    """

    budgets: Sequence[Row] = ()
    successions: Sequence[Row] = ()
    scope: Sequence[Row] = ()
    profile: Sequence[Row] = ()


def positions(period: str, postings: Iterable[Posting], year: Year) -> list[Position]:
    """Returns the position of every practice with a budget or a posting, and of suspense.

    By practice, then POD, the total last. A practice whose only posting of the period is of an
    earlier financial year has its row, too, so that no posting is left unseen.
    """
    to_date = [posting for posting in postings if posting.period <= period]
    this_year = financial_year(period)
    annual = annual_budgets(period, year)
    practices = {RESIDENT} | {practice for practice, _ in annual}
    for posting in to_date:
        of_year = financial_year(posting.version.activity_month) == this_year
        if of_year or posting.period == period:
            practices.add(posting.version.budget_holder)
    rows = []
    for practice in sorted(practices):
        own = [posting for posting in to_date if posting.version.budget_holder == practice]
        by_pod = [
            position_of(
                period,
                practice,
                pod,
                [posting for posting in own if posting.version.pod == pod],
                annual.get((practice, pod), ZERO),
                year,
            )
            for pod in PODS
        ]
        rows += [*by_pod, total_of(by_pod, year)]
    return rows


def annual_budgets(period: str, year: Year) -> dict[tuple[str, str], Decimal]:
    """Returns the annual budgets of the period's financial year, by who holds them now and POD.

    A budget follows its practice's succession whole, in the period in which the charges do.
    """
    this_year = financial_year(period)
    budgets: dict[tuple[str, str], Decimal] = {}
    for row in year.budgets:
        if row["financial_year"] == this_year:
            holder = successor(
                row["practice_code"], months_of(this_year)[0], period, year.successions
            )
            key = holder, row["pod"]
            budgets[key] = budgets.get(key, ZERO) + Decimal(row["annual_amount"])
    return budgets


def position_of(
    period: str,
    practice: str,
    pod: str,
    postings: Sequence[Posting],
    annual: Decimal,
    year: Year,
) -> Position:
    """Returns a practice's position for a POD, from its postings to date and annual budget."""
    this_year = financial_year(period)
    of_year = [
        each for each in postings if financial_year(each.version.activity_month) == this_year
    ]
    of_month = [each for each in of_year if each.version.activity_month == period]
    earlier = [each for each in of_year if each.version.activity_month != period]
    prior = [each for each in postings if financial_year(each.version.activity_month) < this_year]
    position = Position(
        period,
        practice,
        pod,
        month_spells=spells(of_month),
        month_actual=pounds(of_month),
        adjustments=pounds(each for each in earlier if each.period == period),
        ytd_spells=spells(of_year),
        ytd_actual=pounds(of_year),
        prior_year_adjustments=pounds(each for each in prior if each.period == period),
    )
    if practice == RESIDENT:
        return replace(position, month_budget=None, ytd_budget=None, annual_budget=None)
    now = cumulative_budget(annual, pod, period, year.profile)
    before = (
        ZERO
        if period == months_of(this_year)[0]
        else cumulative_budget(annual, pod, months_later(period, -1), year.profile)
    )
    return replace(
        position, month_budget=now - before, ytd_budget=now, annual_budget=annual.quantize(ZERO)
    )


def total_of(rows: Sequence[Position], year: Year) -> Position:
    """Returns the total of a practice's PODs that are held or blocked back."""
    excluded = {
        (row["financial_year"], row["practice_code"], row["pod"])
        for row in year.scope
        if row["treatment"] == "excluded"
    }
    counted = [
        row
        for row in rows
        if (financial_year(row.period), row.practice_code, row.pod) not in excluded
    ]
    period, practice = rows[0].period, rows[0].practice_code
    suspense = practice == RESIDENT
    return Position(
        period,
        practice,
        TOTAL,
        month_spells=sum(row.month_spells for row in counted),
        month_actual=sum((row.month_actual for row in counted), ZERO),
        month_budget=None if suspense else sum((row.month_budget or ZERO for row in counted), ZERO),
        adjustments=sum((row.adjustments for row in counted), ZERO),
        ytd_spells=sum(row.ytd_spells for row in counted),
        ytd_actual=sum((row.ytd_actual for row in counted), ZERO),
        ytd_budget=None if suspense else sum((row.ytd_budget or ZERO for row in counted), ZERO),
        annual_budget=None
        if suspense
        else sum((row.annual_budget or ZERO for row in counted), ZERO),
        prior_year_adjustments=sum((row.prior_year_adjustments for row in counted), ZERO),
    )


def pounds(postings: Iterable[Posting]) -> Decimal:
    """Returns what postings come to."""
    return sum((posting.amount for posting in postings), ZERO)


def spells(postings: Iterable[Posting]) -> int:
    """Returns how many spells stand posted: charges less the credits that reverse them."""
    return sum(1 if posting.kind == "charge" else -1 for posting in postings)


def cumulative_budget(annual: Decimal, pod: str, month: str, profile: Sequence[Row]) -> Decimal:
    """Returns the budget of a financial year to the end of a month, rounded once."""
    return to_penny(Fraction(annual) * share_to(pod, month, profile))


def share_to(pod: str, month: str, profile: Sequence[Row]) -> Fraction:
    """Returns the share of a year's budget that falls to the end of a month.

    The profile's where it has one; else days to date over days in the year: calendar days for
    non-elective care, working days for the others.
    """
    year = financial_year(month)
    for row in profile:
        if (row["financial_year"], row["pod"], row["month"]) == (year, pod, month):
            return Fraction(row["share"])
    months = months_of(year)
    days = working_days if pod != "non_elective" else calendar_days
    first = date.fromisoformat(f"{months[0]}-01")
    return Fraction(days(first, last_day(month)), days(first, last_day(months[-1])))


def calendar_days(first: date, last: date) -> int:
    """Returns the days from one date to another, both included."""
    return (last - first).days + 1


@cache
def working_days(first: date, last: date) -> int:
    """Returns the Mondays to Fridays from one date to another that are no bank holiday in England.

    The holidays are those of the package `holidays`.
    """
    bank_holidays = holidays.country_holidays(
        "GB", subdiv="ENG", years=range(first.year, last.year + 1)
    )
    days = (first + timedelta(days=place) for place in range(calendar_days(first, last)))
    return sum(day.weekday() < 5 and day not in bank_holidays for day in days)
