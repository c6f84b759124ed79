"""The ledger by example: the life of a spell through its closes, and what each posted.

A case gives the versions of a spell's one episode by the period before whose close they were sent,
and the postings expected of each close, from April 2004 on. A posting is written
as kind, reason, budget holder, activity month and amount. What is not given is an elective stay of
three nights from the 10th of April, HRG G10 at £1,000, practice A.

Practice OLD is succeeded by practice A on 15 June 2004. Before the close of June a second edition
of the tariff comes out, which raises G30 from £3,000 to £3,300 and prices G40, which the first does
not; all else stays.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.site_builder import Cell, SiteBuilder, days_after

Version = Mapping[str, Cell] | None

PRACTICES = {"A": "Y91001", "B": "Y91002", "OLD": "Y91003", "STRANGER": "Y91004"}
SECOND_EDITION_FROM = "2004-06"

# The sites in which the cases stand: their settings of the ledger, and their closes.
SITES: dict[str, tuple[dict[str, str | int], tuple[str, ...]]] = {
    "no bound, no freeze": ({}, ("2004-04", "2004-05", "2004-06", "2004-07")),
    "frozen after one month": (
        {"freeze_after_months": 1},
        ("2004-04", "2004-05", "2004-06", "2004-07"),
    ),
    "opens in May": ({"opens": "2004-05"}, ("2004-04", "2004-05", "2004-06")),
}


@dataclass(frozen=True)
class LedgerExample:
    """A case: what was sent before which close, and what each close posted for the spell.

    A version that is None is a deletion. `registered` gives, by period, the practice that the
    registrations known from its close on say the patient has always been with.
    """

    title: str
    rule: str
    sent: Mapping[str, Version]
    posted: Mapping[str, tuple[str, ...]]
    registered: Mapping[str, str] = field(default_factory=dict)
    site: str = "no bound, no freeze"


def of(month: str = "2004-04", **given: Cell) -> Version:
    """A version of the spell's episode: three nights from the 10th of a month."""
    admitted = f"{month}-10"
    return {
        "admission_date": admitted,
        "discharge_date": days_after(admitted, 3),
        "hrg_code": "G10",
        "gp_practice_code": "A",
        **given,
    }


def reference(site: SiteBuilder, settings: Mapping[str, str | int]) -> None:
    """Gives a site its ledger's settings, the practices of the examples and the first edition."""
    site.setting("gates", enforce=False)
    site.setting("ledger", **settings)
    for name, code in PRACTICES.items():
        site.practice(code, member=name != "STRANGER")
    site.membership(PRACTICES["STRANGER"], "5XB")
    site.succession(PRACTICES["OLD"], PRACTICES["A"], "2004-06-15")
    tariff(site, "2004-05-first", 1, {"G30": "3000"})


def second_edition(site: SiteBuilder) -> None:
    """Lets the second edition of the tariff come out."""
    tariff(site, "2004-05-second", 2, {"G30": "3300", "G40": "4000"})


def tariff(site: SiteBuilder, folder: str, number: int, changing: Mapping[str, str]) -> None:
    """Adds an edition of 2004/05: the prices that stay, and those that change."""
    edition = site.edition(folder, financial_year="2004/05", edition=number)
    edition.exclusion("administrative_category", "02", reason="private patient")
    edition.tariff("G10", elective_price="1000", daycase_price="600")
    for hrg, price in {"G00": "0", "G11": "1000", "G20": "2000", **changing}.items():
        edition.tariff(hrg, elective_price=price)


EXAMPLES = [
    LedgerExample(
        "A spell of the month",
        "A spell that the ledger does not hold, of the month being closed, is new.",
        {"2004-04": of()},
        {"2004-04": ("charge new A 2004-04 1000",)},
    ),
    LedgerExample(
        "A spell that arrives late",
        "Of an earlier month it is late.",
        {"2004-05": of()},
        {"2004-05": ("charge late A 2004-04 1000",)},
    ),
    LedgerExample(
        "A spell sent before its discharge month is closed",
        "What is discharged after the period's end waits for its own period.",
        {"2004-04": of("2004-05")},
        {"2004-05": ("charge new A 2004-05 1000",)},
    ),
    LedgerExample(
        "A spell that was open",
        "A spell without a discharge date is not posted before it has one.",
        {"2004-04": of(discharge_date="", episode_end_date="2004-04-13"), "2004-06": of("2004-06")},
        {"2004-06": ("charge new A 2004-06 1000",)},
    ),
    LedgerExample(
        "Sent again with the same price",
        "Nothing is posted while practice, month, POD, HRG and price are the same.",
        {"2004-04": of(), "2004-05": of(consultant_code="C1111111")},
        {"2004-04": ("charge new A 2004-04 1000",)},
    ),
    LedgerExample(
        "Another HRG, another price",
        "A credit of what was posted, and a new charge: amended.",
        {"2004-04": of(), "2004-05": of(hrg_code="G20")},
        {
            "2004-04": ("charge new A 2004-04 1000",),
            "2004-05": ("credit amended A 2004-04 -1000", "charge amended A 2004-04 2000"),
        },
    ),
    LedgerExample(
        "Another HRG of the same price",
        "The HRG alone makes a change.",
        {"2004-04": of(), "2004-05": of(hrg_code="G11")},
        {
            "2004-04": ("charge new A 2004-04 1000",),
            "2004-05": ("credit amended A 2004-04 -1000", "charge amended A 2004-04 1000"),
        },
    ),
    LedgerExample(
        "Another point of delivery",
        "The POD makes a change.",
        {"2004-04": of(), "2004-05": of(patient_classification="2")},
        {
            "2004-04": ("charge new A 2004-04 1000",),
            "2004-05": ("credit amended A 2004-04 -1000", "charge amended A 2004-04 600"),
        },
    ),
    LedgerExample(
        "Another activity month",
        "The credit is of the month to which the charge was posted.",
        {"2004-04": of(), "2004-05": of("2004-05")},
        {
            "2004-04": ("charge new A 2004-04 1000",),
            "2004-05": ("credit amended A 2004-04 -1000", "charge amended A 2004-05 1000"),
        },
    ),
    LedgerExample(
        "Another practice",
        "A charge that goes to another budget holder has moved.",
        {"2004-04": of()},
        {
            "2004-04": ("charge new A 2004-04 1000",),
            "2004-05": ("credit moved A 2004-04 -1000", "charge moved B 2004-04 1000"),
        },
        registered={"2004-05": "B"},
    ),
    LedgerExample(
        "Another practice and another price",
        "Another budget holder comes first among the reasons.",
        {"2004-04": of(), "2004-05": of(hrg_code="G20", gp_practice_code="B")},
        {
            "2004-04": ("charge new A 2004-04 1000",),
            "2004-05": ("credit moved A 2004-04 -1000", "charge moved B 2004-04 2000"),
        },
    ),
    LedgerExample(
        "A spell that is deleted",
        "A charge that is gone is withdrawn.",
        {"2004-04": of(), "2004-06": None},
        {
            "2004-04": ("charge new A 2004-04 1000",),
            "2004-06": ("credit withdrawn A 2004-04 -1000",),
        },
    ),
    LedgerExample(
        "A spell that turns out to be private",
        "What is no longer to be posted is withdrawn, too.",
        {"2004-04": of(), "2004-05": of(administrative_category="02")},
        {
            "2004-04": ("charge new A 2004-04 1000",),
            "2004-05": ("credit withdrawn A 2004-04 -1000",),
        },
    ),
    LedgerExample(
        "A spell that turns out to be another commissioner's",
        "What is no longer to be posted is withdrawn, too.",
        {"2004-04": of(), "2004-05": of(gp_practice_code="STRANGER")},
        {
            "2004-04": ("charge new A 2004-04 1000",),
            "2004-05": ("credit withdrawn A 2004-04 -1000",),
        },
    ),
    LedgerExample(
        "Deleted and sent again",
        "What was posted before, then withdrawn, is restored.",
        {"2004-04": of(), "2004-05": None, "2004-06": of()},
        {
            "2004-04": ("charge new A 2004-04 1000",),
            "2004-05": ("credit withdrawn A 2004-04 -1000",),
            "2004-06": ("charge restored A 2004-04 1000",),
        },
    ),
    LedgerExample(
        "Deleted and sent again for the month being closed",
        "Restored comes before new.",
        {"2004-04": of(), "2004-05": None, "2004-06": of("2004-06")},
        {
            "2004-04": ("charge new A 2004-04 1000",),
            "2004-05": ("credit withdrawn A 2004-04 -1000",),
            "2004-06": ("charge restored A 2004-06 1000",),
        },
    ),
    LedgerExample(
        "A new edition with another price",
        "Another edition of the same year than when last posted: repriced.",
        {"2004-04": of(hrg_code="G30")},
        {
            "2004-04": ("charge new A 2004-04 3000",),
            "2004-06": ("credit repriced A 2004-04 -3000", "charge repriced A 2004-04 3300"),
        },
    ),
    LedgerExample(
        "A new edition and another HRG",
        "Repriced comes before amended.",
        {"2004-04": of(hrg_code="G30"), "2004-06": of(hrg_code="G20")},
        {
            "2004-04": ("charge new A 2004-04 3000",),
            "2004-06": ("credit repriced A 2004-04 -3000", "charge repriced A 2004-04 2000"),
        },
    ),
    LedgerExample(
        "Another HRG a month after a new edition",
        "It was last posted under the edition before: repriced.",
        {"2004-04": of(), "2004-07": of(hrg_code="G20")},
        {
            "2004-04": ("charge new A 2004-04 1000",),
            "2004-07": ("credit repriced A 2004-04 -1000", "charge repriced A 2004-04 2000"),
        },
    ),
    LedgerExample(
        "Two changes after a new edition",
        "The second change was last posted under the new edition: amended.",
        {"2004-04": of(), "2004-06": of(hrg_code="G20"), "2004-07": of(hrg_code="G10")},
        {
            "2004-04": ("charge new A 2004-04 1000",),
            "2004-06": ("credit repriced A 2004-04 -1000", "charge repriced A 2004-04 2000"),
            "2004-07": ("credit amended A 2004-04 -2000", "charge amended A 2004-04 1000"),
        },
    ),
    LedgerExample(
        "An HRG that only the new edition prices",
        "What had no tariff was not posted; once priced, it is late.",
        {"2004-04": of(hrg_code="G40")},
        {"2004-06": ("charge late A 2004-04 4000",)},
    ),
    LedgerExample(
        "A practice that is succeeded",
        "From the period of the succession on its charges of the year are the successor's.",
        {"2004-04": of(gp_practice_code="OLD")},
        {
            "2004-04": ("charge new OLD 2004-04 1000",),
            "2004-06": ("credit moved OLD 2004-04 -1000", "charge moved A 2004-04 1000"),
        },
    ),
    LedgerExample(
        "A practice that was succeeded, a later month",
        "The charge is the successor's from the start.",
        {"2004-07": of("2004-07", gp_practice_code="OLD")},
        {"2004-07": ("charge new A 2004-07 1000",)},
    ),
    LedgerExample(
        "An unregistered resident",
        "Suspense is posted, to RESIDENT.",
        {"2004-04": of(gp_practice_code="V81999")},
        {"2004-04": ("charge new RESIDENT 2004-04 1000",)},
    ),
    LedgerExample(
        "A charge of nothing",
        "A price of 0 is posted like any other.",
        {"2004-04": of(hrg_code="G00"), "2004-05": None},
        {
            "2004-04": ("charge new A 2004-04 0",),
            "2004-05": ("credit withdrawn A 2004-04 0",),
        },
    ),
    LedgerExample(
        "What is not charged",
        "Spells that are excluded, ungrouped or without a tariff are never posted.",
        {"2004-04": of(hrg_code="U01")},
        {},
    ),
    LedgerExample(
        "Frozen after one month: a change one month after",
        "A month is frozen when the period is more than so many months after it.",
        {"2004-04": of(), "2004-05": of(hrg_code="G20")},
        {
            "2004-04": ("charge new A 2004-04 1000",),
            "2004-05": ("credit amended A 2004-04 -1000", "charge amended A 2004-04 2000"),
        },
        site="frozen after one month",
    ),
    LedgerExample(
        "Frozen after one month: a change two months after",
        "A change of a frozen month is held whole, in this close and all later ones.",
        {"2004-04": of(), "2004-06": of(hrg_code="G20")},
        {"2004-04": ("charge new A 2004-04 1000",)},
        site="frozen after one month",
    ),
    LedgerExample(
        "Frozen after one month: a spell that arrives two months late",
        "A new charge of a frozen month is held.",
        {"2004-06": of()},
        {},
        site="frozen after one month",
    ),
    LedgerExample(
        "Frozen after one month: a spell deleted two months after",
        "A withdrawal from a frozen month is held.",
        {"2004-04": of(), "2004-06": None},
        {"2004-04": ("charge new A 2004-04 1000",)},
        site="frozen after one month",
    ),
    LedgerExample(
        "Frozen after one month: another practice two months after",
        "A move that no succession makes is held.",
        {"2004-04": of(), "2004-06": of(gp_practice_code="B")},
        {"2004-04": ("charge new A 2004-04 1000",)},
        site="frozen after one month",
    ),
    LedgerExample(
        "Frozen after one month: from a frozen month to an open one",
        "If the old month is frozen the whole change is held.",
        {"2004-04": of(), "2004-06": of("2004-06")},
        {"2004-04": ("charge new A 2004-04 1000",)},
        site="frozen after one month",
    ),
    LedgerExample(
        "Frozen after one month: from an open month to a frozen one",
        "If the new month is frozen the whole change is held.",
        {"2004-05": of("2004-05"), "2004-06": of("2004-04")},
        {"2004-05": ("charge new A 2004-05 1000",)},
        site="frozen after one month",
    ),
    LedgerExample(
        "Frozen after one month: a practice that is succeeded",
        "What a succession moves is posted all the same, since its budget moves.",
        {"2004-04": of(gp_practice_code="OLD")},
        {
            "2004-04": ("charge new OLD 2004-04 1000",),
            "2004-06": ("credit moved OLD 2004-04 -1000", "charge moved A 2004-04 1000"),
        },
        site="frozen after one month",
    ),
    LedgerExample(
        "Frozen after one month: a practice that is succeeded, and another price",
        "The succession moves the charge as it was posted; the other change stays held.",
        {
            "2004-04": of(gp_practice_code="OLD"),
            "2004-06": of(gp_practice_code="OLD", hrg_code="G20"),
        },
        {
            "2004-04": ("charge new OLD 2004-04 1000",),
            "2004-06": ("credit moved OLD 2004-04 -1000", "charge moved A 2004-04 1000"),
        },
        site="frozen after one month",
    ),
    LedgerExample(
        "Opens in May: a spell of April",
        "Months before the ledger opens are priced and never posted.",
        {"2004-04": of()},
        {},
        site="opens in May",
    ),
    LedgerExample(
        "Opens in May: a spell of May",
        "The month in which the ledger opens is posted.",
        {"2004-05": of("2004-05")},
        {"2004-05": ("charge new A 2004-05 1000",)},
        site="opens in May",
    ),
    LedgerExample(
        "Opens in May: from May to April",
        "What is no longer to be posted is withdrawn.",
        {"2004-05": of("2004-05"), "2004-06": of("2004-04")},
        {
            "2004-05": ("charge new A 2004-05 1000",),
            "2004-06": ("credit withdrawn A 2004-05 -1000",),
        },
        site="opens in May",
    ),
    LedgerExample(
        "Opens in May: from April to May",
        "What was never posted is late, not amended.",
        {"2004-04": of(), "2004-06": of("2004-05")},
        {"2004-06": ("charge late A 2004-05 1000",)},
        site="opens in May",
    ),
]
