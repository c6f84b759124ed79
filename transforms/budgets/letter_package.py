"""The package of a budget letter: all that the letter shows, as a model of its JSON file.

`pbc budgets letters` writes `<practice>/letter.json` and renders the PDF beside it from that file
alone, so that a letter never changes because reference data did. Conventions are those of
`transforms.package`: money to the penny, never a float, nothing worked out later but layout.
"""

from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import Field

from transforms.atomic_file import write_atomically
from transforms.budgets.workings import Exact, Method, Status, YearSpend
from transforms.package import (
    Count,
    FinancialYear,
    Money,
    Percent,
    Rate,
    Record,
    Treatment,
    canonical_json,
)

LETTER_FILE = "letter.json"

StepName = Literal["base", "uplift", "movement", "scaling", "contingency", "annual"]


class LetterPod(Record):
    """A practice's budget for a point of delivery, as it is in force."""

    pod: str = Field(description="its code")
    pod_name: str = Field(description="its name")
    treatment: Treatment = Field(description="how it counts in the practice's budget")
    spread: Literal["calendar_days", "working_days", "profile"] = Field(
        description="how the year's amount is spread over its months"
    )
    annual_amount: Money = Field(description="for the year")


class Step(Record):
    """A line of how the budget was worked out: what it adds, and what that comes to."""

    step: StepName = Field(description="base first, annual last")
    amounts: tuple[Money, ...] = Field(description="by POD, in the order of pods; minus takes away")
    total: Money = Field(description="of the PODs that count in the total")
    percents: tuple[Exact, ...] = Field(
        default=(), description="of an uplift by POD, of the contingency one for all; else none"
    )


class LetterFairShare(Record):
    """How the movement towards a fair share was worked out, over all points of delivery."""

    weighted_list_size: Rate = Field(description="with those of practices that it succeeds")
    all_weighted_lists: Rate = Field(description="of all the commissioner's practices")
    share_percent: Percent = Field(description="the one in per cent of the other, rounded")
    resource: Money = Field(description="what is shared out")
    target: Money = Field(description="the practice's share of it")
    has: Money = Field(description="base + uplift")
    distance: Money = Field(description="target - has")
    pace: Exact = Field(description="how much of the distance is gone this year, 0 to 1")
    uncapped_movement: Money = Field(description="pace x distance, from the unrounded target")
    maximum_change_percent: Exact | None = Field(description="the most, of has; null: no bound")
    movement: Money = Field(description="what the practice moved")


class LetterWorking(Record):
    """How the budget was worked out by the year's rule."""

    method: Method = Field(description="how a base becomes a budget")
    base_year: FinancialYear = Field(description="the year whose spending is the base")
    years: tuple[YearSpend, ...] = Field(description="the years it was chosen from, PODs in order")
    steps: tuple[Step, ...] = Field(description="those that are not 0, base and annual always")
    fair_share: LetterFairShare | None = Field(default=None, description="null by other methods")


class BudgetLetter(Record):
    """letter.json: a practice's budget for a year, and how it was worked out."""

    schema_version: Literal[1] = Field(default=1, description="of this file")
    number: str = Field(description="commissioner/year/practice")
    commissioner_code: str = Field(description="its ODS code")
    commissioner_name: str = Field(description="its name")
    practice_code: str = Field(description="its ODS code")
    practice_name: str = Field(description="its name")
    practice_address: str | None = Field(description="without the postcode")
    practice_postcode: str | None = Field(description="its postcode")
    list_size: Count | None = Field(description="patients on its list")
    weighted_list_size: Rate | None = Field(description="weighted for age, sex and need")
    financial_year: FinancialYear = Field(description="the year that the budget is for")
    first_day: date = Field(description="of the year")
    last_day: date = Field(description="of the year")
    status: Status = Field(description="whether it holds its budget or is told for information")
    contact: str | None = Field(description="whom to ask")
    synthetic: bool = Field(description="true if the data is invented; the letter says so")
    software_version: str = Field(description="that made the letter")
    pods: tuple[LetterPod, ...] = Field(description="in the order they are shown")
    annual_amount: Money = Field(description="of the PODs that count in the total")
    working: LetterWorking | None = Field(description="null for a budget set by hand")


def read_letter(folder: Path) -> BudgetLetter:
    """The letter in a practice's folder."""
    return BudgetLetter.model_validate_json((folder / LETTER_FILE).read_bytes())


def write_letter(folder: Path, letter: BudgetLetter) -> Path:
    """Write a practice's letter into its folder, which is made if need be."""
    path = folder / LETTER_FILE
    write_atomically(path, canonical_json(letter))
    return path
