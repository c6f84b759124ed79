"""Who answers for a spell, in plain Python: the waterfall, responsibility and succession.

A second implementation of the attribution rules. Reference rows come as the files carry them, text
by column name; dates are compared as ISO text, where a blank start lies before every date and a
blank end after every date.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from tests.models.months import financial_year, last_day, month_of

Row = Mapping[str, str]
Dated = TypeVar("Dated", bound=Row)

DEFAULT_PRACTICES = {"V81997", "V81998", "V81999"}
RESIDENT = "RESIDENT"


@dataclass(frozen=True)
class Reference:
    """The reference files that attribution reads, and the commissioner whose spells they are."""

    commissioner: str
    practices: Sequence[Row] = ()
    memberships: Sequence[Row] = ()
    registrations: Sequence[Row] = ()
    gps: Sequence[Row] = ()
    successions: Sequence[Row] = ()
    # Registrations by NHS number, so that thousands of spells can be attributed in a second.
    by_patient: Mapping[str, list[Row]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Sorts registrations by patient."""
        patients: dict[str, list[Row]] = {}
        for row in self.registrations:
            patients.setdefault(row["nhs_number"], []).append(row)
        object.__setattr__(self, "by_patient", patients)


@dataclass(frozen=True)
class Attribution:
    """Who answers for a spell, in the columns of the export of charges."""

    attribution_basis: str
    submitted_practice_code: str
    practice_code: str
    responsible: bool
    budget_holder: str


def attribute(
    first_episode: Row,
    discharge_date: str,
    reference: Reference,
    period: str,
    date_used: str = "admission",
) -> Attribution:
    """Attributes a discharged spell, as the close of a period sees it.

    Patient, submitted codes and admission date are those of the spell's first episode.
    """
    day = first_episode["admission_date"] if date_used == "admission" else discharge_date
    basis, practice = practice_of(first_episode, day, reference)
    responsible = practice == RESIDENT or is_member(practice, day, reference)
    holder = ""
    if responsible:
        holder = successor(practice, month_of(discharge_date), period, reference.successions)
    return Attribution(basis, first_episode["gp_practice_code"], practice, responsible, holder)


def practice_of(episode: Row, day: str, reference: Reference) -> tuple[str, str]:
    """Returns the first basis of the waterfall that holds, and the practice that it gives."""
    if valid_nhs_number(episode["nhs_number"]):
        registered = [
            row
            for row in reference.by_patient.get(episode["nhs_number"], ())
            if row["start_date"] <= day and (not row["end_date"] or day < row["end_date"])
        ]
        if registered:
            return "registration", latest(registered)["practice_code"]
    submitted = episode["gp_practice_code"]
    if submitted not in DEFAULT_PRACTICES and any(
        row["practice_code"] == submitted and within(day, row["open_date"], row["close_date"])
        for row in reference.practices
    ):
        return "submitted_practice", submitted
    placed = [
        row
        for row in reference.gps
        if row["gmp_code"] == episode["gmp_code"] != ""
        and within(day, row["start_date"], row["end_date"])
    ]
    if placed:
        return "submitted_gp", latest(placed)["practice_code"]
    if episode["residence_commissioner"] == reference.commissioner:
        return "resident", RESIDENT
    return "none", ""


def latest(rows: Iterable[Dated]) -> Dated:
    """Returns the row of the greatest start; of equals that of the lowest practice code."""
    by_practice = sorted(rows, key=lambda row: row["practice_code"])
    return max(by_practice, key=lambda row: row["start_date"])


def is_member(practice: str, day: str, reference: Reference) -> bool:
    """Whether a membership places a practice with the commissioner on a day, ends included."""
    return any(
        row["practice_code"] == practice
        and row["commissioner_code"] == reference.commissioner
        and within(day, row["start_date"], row["end_date"])
        for row in reference.memberships
    )


def within(day: str, start: str, end: str) -> bool:
    """Whether a day lies between two dates, both included; a blank one is no bound."""
    return start <= day and (not end or day <= end)


def successor(practice: str, month: str, period: str, successions: Sequence[Row]) -> str:
    """Returns who holds the budget for a practice's activity month, in a period.

    A succession is followed, as often as it leads on, if its date is no later than the period's
    end and the activity month is of the date's financial year or a later one. A cycle of such
    links is an error of the reference data; it raises ValueError.
    """
    links = {
        row["practice_code"]: row["successor_code"]
        for row in successions
        if row["date"] <= str(last_day(period))
        and financial_year(month) >= financial_year(month_of(row["date"]))
    }
    passed = [practice]
    while passed[-1] in links:
        passed.append(links[passed[-1]])
        if passed.count(passed[-1]) > 1:
            raise ValueError(f"a cycle of successions: {' > '.join(passed)}")
    return passed[-1]


def valid_nhs_number(text: str) -> bool:
    """Whether an NHS number is ten digits with the right check digit, and not ten equal ones."""
    if len(text) != 10 or not text.isascii() or not text.isdigit() or len(set(text)) == 1:
        return False
    weighted = sum(int(digit) * (10 - place) for place, digit in enumerate(text[:9]))
    return (11 - weighted % 11) % 11 == int(text[9])
