"""Attribution by example: who answers for a spell, whether it is this commissioner's, and who
holds the budget after successions.

A case gives what matters of a spell and the reference rows that it needs, and the attribution
expected. The spell is an elective one admitted on 10 September 2004 and discharged on the 13th, as
the close of September 2004 sees it, for commissioner 5XA, unless the case says otherwise. All
cases stand in one site together.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from tests.site_builder import Cell, SiteBuilder, nhs_number

# Practices and what there is to know of each; A to F are members of 5XA throughout.
PRACTICES = {
    "A": "Y91001",  # open throughout
    "B": "Y91002",  # open throughout
    "SHUT": "Y91003",  # closed on 10 September 2004
    "GONE": "Y91004",  # closed on 9 September 2004
    "NEW": "Y91005",  # opened on 10 September 2004
    "SOON": "Y91006",  # opened on 11 September 2004
    "OTHER": "Y91007",  # a member of another commissioner
    "LEFT": "Y91008",  # a member until 9 September 2004
    "LAST": "Y91009",  # a member until 10 September 2004
    "JOINED": "Y91010",  # a member from 10 September 2004
    "NOBODY": "Y91011",  # a member of nobody
    "SUCCEEDED": "Y91012",  # succeeded by A on 30 September 2004
    "LATER": "Y91013",  # succeeded by A on 1 October 2004
    "EARLIER": "Y91014",  # succeeded by A on 31 March 2004
    "CHAIN": "Y91015",  # succeeded by SUCCEEDED on 1 July 2004
    "MOVED": "Y91016",  # left for another commissioner, succeeded by A on 1 April 2004
    "SPLIT": "Y91017",  # succeeded on 1 April 2004 by LATER, which is succeeded in October
    "ROUND": "Y9100",  # a code of five characters that ends in 00; a member of 5XA
}


@dataclass(frozen=True)
class AttributionExample:
    """A case: what it shows, what is submitted, who is registered where, and what is expected.

    `registered` are rows of practice name, start and end of the patient's registrations; an
    NHS number is given if there are any, and otherwise as `submitted` says.
    """

    title: str
    rule: str
    submitted: Mapping[str, Cell]
    registered: tuple[tuple[str, str, str], ...]
    basis: str
    practice: str
    responsible: bool
    holder: str


def example(
    title: str,
    rule: str,
    basis: str,
    practice: str = "",
    holder: str | None = None,
    *,
    responsible: bool = True,
    registered: tuple[tuple[str, str, str], ...] = (),
    **submitted: Cell,
) -> AttributionExample:
    """Returns a case; the budget holder is the practice unless told, and nobody's if not ours."""
    held = practice if holder is None else holder
    return AttributionExample(
        title,
        rule,
        submitted,
        registered,
        basis,
        practice,
        responsible,
        held if responsible else "",
    )


def practices(site: SiteBuilder) -> None:
    """Gives a site the practices, general practitioners and successions of the examples."""
    dates: dict[str, dict[str, Cell]] = {
        "SHUT": {"close_date": "2004-09-10"},
        "GONE": {"close_date": "2004-09-09"},
        "NEW": {"open_date": "2004-09-10"},
        "SOON": {"open_date": "2004-09-11"},
    }
    apart = {"OTHER", "LEFT", "LAST", "JOINED", "NOBODY", "MOVED"}
    for name, code in PRACTICES.items():
        site.practice(code, member=name not in apart, **dates.get(name, {}))
    site.membership(PRACTICES["OTHER"], "5XB")
    site.membership(PRACTICES["LEFT"], "5XA", "1990-04-01", "2004-09-09")
    site.membership(PRACTICES["LEFT"], "5XB", "2004-09-10")
    site.membership(PRACTICES["LAST"], "5XA", "1990-04-01", "2004-09-10")
    site.membership(PRACTICES["JOINED"], "5XA", "2004-09-10")
    site.membership(PRACTICES["MOVED"], "5XB", "2004-04-01")
    for name, heir, day in (
        ("SUCCEEDED", "A", "2004-09-30"),
        ("LATER", "A", "2004-10-01"),
        ("EARLIER", "A", "2004-03-31"),
        ("CHAIN", "SUCCEEDED", "2004-07-01"),
        ("MOVED", "A", "2004-04-01"),
        ("SPLIT", "LATER", "2004-04-01"),
    ):
        site.succession(PRACTICES[name], PRACTICES[heir], day)
    site.gp("G9100001", PRACTICES["A"])
    site.gp("G9100002", PRACTICES["A"], "2000-01-01", "2004-09-10")
    site.gp("G9100003", PRACTICES["A"], "2000-01-01", "2004-09-09")
    site.gp("G9100004", PRACTICES["B"], "2004-09-10")
    site.gp("G9100005", PRACTICES["B"], "2004-09-11")
    site.gp("G9100006", PRACTICES["A"], "2002-04-01")
    site.gp("G9100006", PRACTICES["B"], "2003-04-01")
    site.gp("G9100007", PRACTICES["B"], "2003-04-01")
    site.gp("G9100007", PRACTICES["A"], "2003-04-01")
    site.gp("G9100008", PRACTICES["GONE"])


WRONG_CHECK = "9990000033"  # 9990000034 is right
EXAMPLES = [
    example(
        "A registered patient",
        "A valid NHS number, registered on the day of admission.",
        *("registration", "B"),
        registered=(("B", "2000-01-01", ""),),
        gp_practice_code="A",
    ),
    example(
        "Registered from the day of admission on",
        "The start date is the first day of a registration.",
        *("registration", "B"),
        registered=(("B", "2004-09-10", ""),),
        gp_practice_code="A",
    ),
    example(
        "Registered from the day after on",
        "Nobody is registered before the start date: the submitted practice.",
        *("submitted_practice", "A"),
        registered=(("B", "2004-09-11", ""),),
        gp_practice_code="A",
    ),
    example(
        "A registration that ends on the day of admission",
        "The end date is the first day without it.",
        *("submitted_practice", "A"),
        registered=(("B", "2000-01-01", "2004-09-10"),),
        gp_practice_code="A",
    ),
    example(
        "A registration that ends on the day after",
        "The end date is the first day without it.",
        *("registration", "B"),
        registered=(("B", "2000-01-01", "2004-09-11"),),
        gp_practice_code="A",
    ),
    example(
        "Two registrations on the day",
        "The latest start wins.",
        *("registration", "B"),
        registered=(("A", "2000-01-01", ""), ("B", "2003-01-01", "")),
    ),
    example(
        "Two registrations of one start",
        "Of equal starts the lowest practice code, and a warning is counted.",
        *("registration", "A"),
        registered=(("B", "2003-01-01", ""), ("A", "2003-01-01", "")),
    ),
    example(
        "An NHS number with a wrong check digit",
        "It counts as absent: registrations are not asked.",
        *("submitted_practice", "A"),
        nhs_number=WRONG_CHECK,
        gp_practice_code="A",
    ),
    example(
        "An NHS number of ten equal digits",
        "Its check digit is right, and it counts as absent all the same.",
        *("submitted_practice", "A"),
        nhs_number="1111111111",
        gp_practice_code="A",
    ),
    example(
        "No NHS number",
        "The submitted practice.",
        *("submitted_practice", "A"),
        nhs_number="",
        gp_practice_code="A",
    ),
    *(
        example(
            f"The default practice {code}",
            "A default says that the practice is unknown: the submitted practitioner is asked.",
            *("submitted_gp", "A"),
            nhs_number="",
            gp_practice_code=code,
            gmp_code="G9100001",
        )
        for code in ("V81997", "V81998", "V81999")
    ),
    example(
        "A practice that is not in the list",
        "An unknown practice gives no basis.",
        *("submitted_gp", "A"),
        nhs_number="",
        gp_practice_code="Y99999",
        gmp_code="G9100001",
    ),
    example(
        "A practice on its closing date",
        "A practice is open on the day that it closes.",
        *("submitted_practice", "SHUT"),
        nhs_number="",
        gp_practice_code="SHUT",
    ),
    example(
        "A practice that closed the day before",
        "A closed practice gives no basis.",
        *("submitted_gp", "A"),
        nhs_number="",
        gp_practice_code="GONE",
        gmp_code="G9100001",
    ),
    example(
        "A practice on its opening date",
        "A practice is open on the day that it opens.",
        *("submitted_practice", "NEW"),
        nhs_number="",
        gp_practice_code="NEW",
    ),
    example(
        "A practice that opens the day after",
        "A practice not yet open gives no basis.",
        *("submitted_gp", "A"),
        nhs_number="",
        gp_practice_code="SOON",
        gmp_code="G9100001",
    ),
    example(
        "A practitioner on the last day at a practice",
        "Both ends of a practitioner's dates are included.",
        *("submitted_gp", "A"),
        nhs_number="",
        gp_practice_code="",
        gmp_code="G9100002",
    ),
    example(
        "A practitioner the day after the last",
        "Nobody but the patient's residence is left to ask.",
        *("resident", "RESIDENT"),
        nhs_number="",
        gp_practice_code="",
        gmp_code="G9100003",
    ),
    example(
        "A practitioner on the first day at a practice",
        "Both ends of a practitioner's dates are included.",
        *("submitted_gp", "B"),
        nhs_number="",
        gp_practice_code="",
        gmp_code="G9100004",
    ),
    example(
        "A practitioner the day before the first",
        "Nobody but the patient's residence is left to ask.",
        *("resident", "RESIDENT"),
        nhs_number="",
        gp_practice_code="",
        gmp_code="G9100005",
    ),
    example(
        "A practitioner at two practices",
        "The greatest start wins.",
        *("submitted_gp", "B"),
        nhs_number="",
        gp_practice_code="",
        gmp_code="G9100006",
    ),
    example(
        "A practitioner at two practices from one day on",
        "Of equal starts the lowest practice code, and a warning is counted.",
        *("submitted_gp", "A"),
        nhs_number="",
        gp_practice_code="",
        gmp_code="G9100007",
    ),
    example(
        "A practitioner at a practice that has closed",
        "The practitioner places the patient, whether or not the practice is open.",
        *("submitted_gp", "GONE"),
        nhs_number="",
        gp_practice_code="",
        gmp_code="G9100008",
    ),
    example(
        "An unregistered resident",
        "A resident of the commissioner without a practice: suspense, which is posted.",
        *("resident", "RESIDENT"),
        nhs_number="",
        gp_practice_code="V81999",
        gmp_code="G9999998",
    ),
    example(
        "A resident by the long code",
        "Codes of five characters that end in 00 lose it.",
        *("resident", "RESIDENT"),
        nhs_number="",
        gp_practice_code="V81999",
        residence_commissioner="5XA00",
    ),
    example(
        "A practice code of five characters that ends in 00",
        "Practice codes never lose it.",
        *("submitted_practice", "ROUND"),
        nhs_number="",
        gp_practice_code="ROUND",
    ),
    example(
        "Nothing holds",
        "A resident of elsewhere, without a practice: nobody's.",
        "none",
        responsible=False,
        nhs_number="",
        gp_practice_code="V81999",
        residence_commissioner="5XB",
    ),
    example(
        "A practice of another commissioner",
        "Not responsible: sent to the wrong commissioner.",
        *("submitted_practice", "OTHER"),
        responsible=False,
        nhs_number="",
        gp_practice_code="OTHER",
    ),
    example(
        "A practice of no commissioner, a resident of this one",
        "The waterfall stops at the practice; residence is not asked.",
        *("submitted_practice", "NOBODY"),
        responsible=False,
        nhs_number="",
        gp_practice_code="NOBODY",
    ),
    example(
        "A practice on its last day with the commissioner",
        "Both ends of a membership are included.",
        *("submitted_practice", "LAST"),
        nhs_number="",
        gp_practice_code="LAST",
    ),
    example(
        "A practice the day after it left",
        "It is another commissioner's by then.",
        *("submitted_practice", "LEFT"),
        responsible=False,
        nhs_number="",
        gp_practice_code="LEFT",
    ),
    example(
        "A practice on its first day with the commissioner",
        "Both ends of a membership are included.",
        *("submitted_practice", "JOINED"),
        nhs_number="",
        gp_practice_code="JOINED",
    ),
    example(
        "A practice succeeded on the last day of the period",
        "A succession dated no later than the period's end is followed.",
        *("submitted_practice", "SUCCEEDED", "A"),
        nhs_number="",
        gp_practice_code="SUCCEEDED",
    ),
    example(
        "A practice succeeded on the first day after the period",
        "A succession dated after the period's end is not followed yet.",
        *("submitted_practice", "LATER", "LATER"),
        nhs_number="",
        gp_practice_code="LATER",
    ),
    example(
        "An activity month of the succession's year, before its date",
        "From the period of the succession on, the whole financial year is the successor's.",
        *("submitted_practice", "SUCCEEDED", "A"),
        nhs_number="",
        gp_practice_code="SUCCEEDED",
        admission_date="2004-04-10",
    ),
    example(
        "A succession of an earlier year",
        "Later years are the successor's too.",
        *("submitted_practice", "EARLIER", "A"),
        nhs_number="",
        gp_practice_code="EARLIER",
    ),
    example(
        "A chain of successions",
        "A succession is followed as often as it leads on.",
        *("submitted_practice", "CHAIN", "A"),
        nhs_number="",
        gp_practice_code="CHAIN",
    ),
    example(
        "A chain whose second link is still to come",
        "Each link is asked for itself.",
        *("submitted_practice", "SPLIT", "LATER"),
        nhs_number="",
        gp_practice_code="SPLIT",
    ),
    example(
        "A practice that left, succeeded by one that stayed",
        "Membership is asked of the practice attributed, not of its successor.",
        *("submitted_practice", "MOVED"),
        responsible=False,
        nhs_number="",
        gp_practice_code="MOVED",
    ),
    example(
        "Registered with a practice that was succeeded",
        "The practice stays on the row; the budget holder is the successor.",
        *("registration", "SUCCEEDED", "A"),
        registered=(("SUCCEEDED", "2000-01-01", ""),),
        gp_practice_code="B",
    ),
]


def patient_of(place: int, example: AttributionExample) -> str:
    """Returns the NHS number of a case, by its place in the table."""
    return str(example.submitted.get("nhs_number", nhs_number(place)))


def code_of(practice: str) -> str:
    """Returns a practice's code by its name in the table; a code is itself."""
    return PRACTICES.get(practice, practice)
