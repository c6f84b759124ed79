"""The position by example: actual against budget, as the close of a period sees it.

A case gives a practice's budgets and spells, and the figures expected of its rows, each written as
the sum it is. An elective spell costs £1,000, a day case £600, a non-elective one £1,500. 2004/05
has 365 days and 251 working days, of which April has 20, May 19, June 22: from 30 weekdays in
April 2004 comes off what falls on a weekend, Good Friday (9th) and Easter Monday (12th); from May
the bank holidays of the 3rd and the 31st. Each case has practices of its own, so that all stand in
one site together.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.site_builder import SiteBuilder

# The sites in which the cases stand, by their closes.
SPRING = ("2004-04", "2004-05", "2004-06")
NEW_YEAR = ("2005-03", "2005-04", "2005-05")
SITES = (SPRING, NEW_YEAR)

# The profile that all sites have for 2005/06: cumulative shares, April first.
PROFILE_YEAR = "2005/06"
PROFILE = {
    "elective": (
        *("0.07", "0.155", "0.24", "0.32", "0.4", "0.48"),
        *("0.57", "0.66", "0.74", "0.82", "0.9", "1"),
    )
}

PRICES = {"elective": "1000", "daycase": "600", "non_elective": "1500"}


@dataclass(frozen=True)
class Sent:
    """A version of a spell: before whose close it was sent, its activity month and its POD.

    `pod` is `deleted` for a deletion. `practice` is `own`, `old` (succeeded by the own one on
    15 June 2004) or `none` (an unregistered resident).
    """

    before: str
    month: str
    pod: str = "elective"
    spell: str = "a"
    practice: str = "own"


@dataclass(frozen=True)
class PositionExample:
    """A case: budgets by POD of the own practice and the old one, spells, and figures expected.

    Figures are by row: a POD or `total`, of the old practice with `old` before it. A blank is none.
    """

    title: str
    rule: str
    expected: Mapping[str, Mapping[str, str]]
    spells: tuple[Sent, ...] = ()
    budgets: Mapping[str, str] = field(default_factory=dict)
    old_budgets: Mapping[str, str] = field(default_factory=dict)
    scope: Mapping[str, str] = field(default_factory=dict)
    seen_by: str = "2004-06"
    suspense: bool = False

    @property
    def site(self) -> tuple[str, ...]:
        """The closes of the site in which the case stands."""
        return next(closes for closes in SITES if self.seen_by in closes)


EXAMPLES = [
    PositionExample(
        "Elective care by working days",
        "The share of the year is working days to the month's end over those of the year.",
        {
            "elective": {
                "annual_budget": "251000",
                "ytd_budget": "251000 * (20 + 19 + 22) / 251",
                "month_budget": "251000 * 22 / 251",
                "ytd_actual": "0",
                "variance": "0 - 61000",
                "variance_percent": "-100",
            }
        },
        budgets={"elective": "251000"},
    ),
    PositionExample(
        "Day cases by working days",
        "Day cases keep to working days, like elective care.",
        {"daycase": {"ytd_budget": "251 * (20 + 19 + 22) / 251", "month_budget": "22"}},
        budgets={"daycase": "251"},
    ),
    PositionExample(
        "Non-elective care by calendar days",
        "The share of the year is calendar days to the month's end over those of the year.",
        {
            "non_elective": {
                "ytd_budget": "365000 * (30 + 31 + 30) / 365",
                "month_budget": "365000 * 30 / 365",
            }
        },
        budgets={"non_elective": "365000"},
    ),
    PositionExample(
        "A month's budget is the difference of two cumulative ones",
        "1003 * 61 / 251 and 1003 * 39 / 251 are rounded, then subtracted: a penny more than "
        "1003 * 22 / 251, which is 87.912.",
        {
            "elective": {
                "ytd_budget": "round(1003 * 61 / 251)",
                "month_budget": "round(1003 * 61 / 251) - round(1003 * 39 / 251)",
            }
        },
        budgets={"elective": "1003"},
    ),
    PositionExample(
        "The end of the year",
        "By the end of March the whole budget is there.",
        {
            "elective": {"ytd_budget": "1234.56", "annual_budget": "1234.56"},
            "total": {"ytd_budget": "1234.56 + 777.77", "annual_budget": "1234.56 + 777.77"},
        },
        budgets={"elective": "1234.56", "non_elective": "777.77"},
        seen_by="2005-03",
    ),
    PositionExample(
        "A profile in place of days",
        "A profile's cumulative shares take the place of days, for the point of delivery that it "
        "names: 155.465 goes up. Day cases keep to working days: of 255 in 2005/06, April has 21 "
        "and May 20.",
        {
            "elective": {
                "annual_budget": "1003",
                "ytd_budget": "round(1003 * 0.155)",
                "month_budget": "155.47 - round(1003 * 0.07)",
            },
            "daycase": {"ytd_budget": "255 * (21 + 20) / 255", "month_budget": "20"},
            "total": {"ytd_budget": "155.47 + 41", "month_budget": "85.26 + 20"},
        },
        budgets={"elective": "1003", "daycase": "255"},
        seen_by="2005-05",
    ),
    PositionExample(
        "The first month of a profile",
        "In April there is nothing before it.",
        {"elective": {"ytd_budget": "70.21", "month_budget": "1003 * 0.07"}},
        budgets={"elective": "1003"},
        seen_by="2005-04",
    ),
    PositionExample(
        "Actual against budget",
        "Variance is actual less budget: plus is overspent. The total is worked for itself.",
        {
            "elective": {
                "month_spells": "1",
                "month_actual": "1000",
                "ytd_spells": "2",
                "ytd_actual": "2 * 1000",
                "ytd_budget": "round(8000 * 61 / 251)",
                "variance": "2000 - 1944.22",
                "variance_percent": "2.87",
            },
            "daycase": {"month_spells": "1", "month_actual": "600", "ytd_actual": "600"},
            "total": {
                "month_spells": "2",
                "month_actual": "1000 + 600",
                "ytd_spells": "3",
                "ytd_actual": "2 * 1000 + 600",
                "ytd_budget": "1944.22",
                "variance": "2600 - 1944.22",
                "variance_percent": "33.73",
            },
        },
        spells=(
            Sent("2004-04", "2004-04", spell="a"),
            Sent("2004-06", "2004-06", spell="b"),
            Sent("2004-06", "2004-06", "daycase", spell="c"),
        ),
        budgets={"elective": "8000"},
    ),
    PositionExample(
        "No budget, but activity",
        "A practice with a posting has its rows; without a budget there is no percentage.",
        {
            "elective": {
                "ytd_budget": "0",
                "annual_budget": "0",
                "ytd_actual": "1000",
                "variance": "1000",
                "variance_percent": "",
            },
            "non_elective": {"ytd_actual": "0", "variance": "0", "variance_percent": ""},
            "total": {"ytd_actual": "1000", "variance": "1000", "variance_percent": ""},
        },
        spells=(Sent("2004-05", "2004-05"),),
    ),
    PositionExample(
        "A spell that arrives late",
        "What a period posts to earlier months of the year is an adjustment.",
        {
            "elective": {
                "month_spells": "1",
                "month_actual": "1000",
                "adjustments": "1000",
                "ytd_spells": "2",
                "ytd_actual": "1000 + 1000",
            }
        },
        spells=(
            Sent("2004-06", "2004-04", spell="late"),
            Sent("2004-06", "2004-06", spell="of the month"),
        ),
    ),
    PositionExample(
        "A spell that changes its point of delivery",
        "The credit and the charge adjust each its own POD; spells are those standing.",
        {
            "elective": {"adjustments": "-1000", "ytd_spells": "0", "ytd_actual": "0"},
            "daycase": {"adjustments": "600", "ytd_spells": "1", "ytd_actual": "600"},
            "total": {"adjustments": "600 - 1000", "ytd_spells": "1", "ytd_actual": "600"},
        },
        spells=(Sent("2004-04", "2004-04"), Sent("2004-06", "2004-04", "daycase")),
    ),
    PositionExample(
        "A spell that is withdrawn",
        "The credit is an adjustment, and the spell stands no longer.",
        {"elective": {"adjustments": "-1000", "ytd_spells": "0", "ytd_actual": "0"}},
        spells=(Sent("2004-05", "2004-05"), Sent("2004-06", "2004-05", "deleted")),
    ),
    PositionExample(
        "A spell that moves into the month",
        "It stands for this month, and adjusts the month where it stood before.",
        {
            "elective": {
                "month_spells": "1",
                "month_actual": "1000",
                "adjustments": "-1000",
                "ytd_spells": "1",
                "ytd_actual": "1000",
            }
        },
        spells=(Sent("2004-05", "2004-05"), Sent("2004-06", "2004-06")),
    ),
    PositionExample(
        "A practice that succeeds another",
        "Charges of the year move as adjustments, the budget whole, with its earlier months.",
        {
            "elective": {
                "annual_budget": "251000 + 502000",
                "ytd_budget": "753000 * 61 / 251",
                "month_budget": "753000 * 22 / 251",
                "month_actual": "1000",
                "adjustments": "2 * 1000",
                "ytd_spells": "1 + 1 + 2",
                "ytd_actual": "4 * 1000",
            },
            "old elective": {
                "annual_budget": "0",
                "ytd_budget": "0",
                "month_actual": "0",
                "adjustments": "-2 * 1000",
                "ytd_spells": "0",
                "ytd_actual": "0",
            },
        },
        spells=(
            Sent("2004-04", "2004-04", spell="own"),
            Sent("2004-04", "2004-04", spell="old, April", practice="old"),
            Sent("2004-05", "2004-05", spell="old, May", practice="old"),
            Sent("2004-06", "2004-06", spell="old, June", practice="old"),
        ),
        budgets={"elective": "251000"},
        old_budgets={"elective": "502000"},
    ),
    PositionExample(
        "Budgets combined by a succession are rounded once",
        "Annual amounts are added, then profiled: 0.06 * 61 / 251 is 0.0146, where each half of "
        "it, 0.0073, would have gone up to a penny.",
        {"elective": {"annual_budget": "0.06", "ytd_budget": "0.01", "month_budget": "0.00"}},
        budgets={"elective": "0.03"},
        old_budgets={"elective": "0.03"},
    ),
    PositionExample(
        "A point of delivery that is excluded",
        "It is shown, and left out of every column of the total.",
        {
            "non_elective": {"ytd_actual": "1500", "annual_budget": "365"},
            "elective": {"ytd_actual": "1000", "annual_budget": "251"},
            "total": {
                "month_spells": "1",
                "month_actual": "1000",
                "ytd_spells": "1",
                "ytd_actual": "1000",
                "month_budget": "22",
                "ytd_budget": "61",
                "annual_budget": "251",
                "variance": "1000 - 61",
            },
        },
        spells=(
            Sent("2004-06", "2004-06", spell="a"),
            Sent("2004-06", "2004-06", "non_elective", spell="b"),
        ),
        budgets={"elective": "251", "non_elective": "365"},
        scope={"non_elective": "excluded"},
    ),
    PositionExample(
        "A point of delivery that is blocked back",
        "It counts.",
        {
            "total": {"ytd_actual": "1000 + 1500", "annual_budget": "251 + 365"},
        },
        spells=(
            Sent("2004-06", "2004-06", spell="a"),
            Sent("2004-06", "2004-06", "non_elective", spell="b"),
        ),
        budgets={"elective": "251", "non_elective": "365"},
        scope={"non_elective": "blocked_back", "elective": "held"},
    ),
    PositionExample(
        "Suspense",
        "Unregistered residents have no budget: those columns are blank.",
        {
            "elective": {
                "month_actual": "1000",
                "month_budget": "",
                "ytd_actual": "1000",
                "ytd_budget": "",
                "variance": "",
                "variance_percent": "",
                "annual_budget": "",
            },
            "total": {"ytd_actual": "1000", "ytd_budget": "", "variance": "", "annual_budget": ""},
        },
        spells=(Sent("2004-06", "2004-06", practice="none"),),
        suspense=True,
    ),
    PositionExample(
        "A new financial year",
        "Actuals and budgets begin anew in April.",
        {
            "elective": {
                "month_actual": "1000",
                "adjustments": "0",
                "ytd_spells": "1",
                "ytd_actual": "1000",
                "prior_year_adjustments": "0",
            }
        },
        spells=(
            Sent("2005-03", "2005-03", spell="a"),
            Sent("2005-04", "2005-04", spell="b"),
        ),
        seen_by="2005-04",
    ),
    PositionExample(
        "A spell of last year that arrives late",
        "What is posted to earlier financial years stands in its own column alone.",
        {
            "elective": {
                "month_actual": "1000",
                "adjustments": "0",
                "ytd_actual": "1000",
                "prior_year_adjustments": "1000",
            },
            "total": {"ytd_actual": "1000", "prior_year_adjustments": "1000"},
        },
        spells=(
            Sent("2005-04", "2005-03", spell="a"),
            Sent("2005-04", "2005-04", spell="b"),
        ),
        seen_by="2005-04",
    ),
    PositionExample(
        "Nothing but a late spell of last year",
        "Its practice has its rows all the same: no posting is left unseen.",
        {
            "elective": {"ytd_actual": "0", "prior_year_adjustments": "1000"},
            "total": {"ytd_actual": "0", "prior_year_adjustments": "1000"},
        },
        spells=(Sent("2005-04", "2005-03"),),
        seen_by="2005-04",
    ),
]


def tariff(site: SiteBuilder) -> None:
    """Gives a site the prices of both financial years."""
    for folder, year in (("2004-05", "2004/05"), ("2005-06", "2005/06")):
        edition = site.edition(folder, financial_year=year)
        edition.tariff("G10", **{f"{pod}_price": price for pod, price in PRICES.items()})
