"""How a year's budgets were worked out: reference/budgets/<year>.json, beside the rule of the year.

`pbc budgets set` writes it with budgets.csv: for every budget its parts, for every practice the
years compared and, by fair shares, its target. A close takes it with its mark, which gives the
export `budgets` its parts; the budget letters are made from it. It holds for as long as budgets.csv
says the same amount: a budget that was changed by hand since has no parts.

Money is text with two decimals, never a float; nothing in it is worked out from it later.
"""

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

import duckdb
import pydantic
from pydantic import Field, PlainSerializer

from transforms.errors import UsageError
from transforms.package import FinancialYear, Money, Record, canonical_json

Method = Literal["highest_of_years", "base_year", "fair_shares"]
Status = Literal["budget_holder", "information"]

BY_HAND = "by_hand"


def _plainly(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


Exact = Annotated[Decimal, PlainSerializer(_plainly, when_used="json")]
"""A percentage, a pace or a list's size, as the rule or the list gives it."""


class PodWorking(Record):
    """A budget in its parts. annual_amount is base + uplift + adjustment + contingency."""

    pod: str = Field(description="elective, daycase or non_elective")
    base_amount: Money = Field(description="the spending of the base year")
    uplift_percent: Exact = Field(description="per cent of the base")
    uplift: Money = Field(description="the uplift, rounded")
    movement: Money = Field(description="towards fair shares; 0 by other methods")
    scaling: Money = Field(description="down to the resource limit; 0 or below")
    adjustment: Money = Field(description="movement + scaling")
    contingency: Money = Field(description="goes to the ring-fenced fund; 0 or below")
    annual_amount: Money = Field(description="the sum of the four")


class PodSpend(Record):
    """What a practice spent in a year for a POD."""

    pod: str = Field(description="elective, daycase or non_elective")
    amount: Money = Field(description="pounds")


class YearSpend(Record):
    """What a practice spent in a year that its base may come from."""

    financial_year: FinancialYear = Field(description="the year")
    source: Literal["ledger", "history", "both", "none"] = Field(
        description="where it is from; both where practices merged, none where it has nothing"
    )
    pods: tuple[PodSpend, ...] = Field(description="every POD")
    total: Money = Field(description="their sum")


class FairShare(Record):
    """How a practice's movement towards its fair share was worked out."""

    weighted_list_size: Exact = Field(description="with those of practices that it succeeds")
    target: Money = Field(description="resource x weighted_list_size / all_weighted_lists, rounded")
    uncapped_movement: Money = Field(description="pace x (target, unrounded - (base + uplift))")
    movement: Money = Field(description="the same, within maximum_change_percent")


class PracticeWorking(Record):
    """A practice's budgets, and what they were worked out from."""

    practice_code: str = Field(description="its ODS code")
    status: Status = Field(description="when the budgets were set")
    base_year: FinancialYear = Field(description="the year whose spending is the base")
    years: tuple[YearSpend, ...] = Field(description="the years that it was chosen from")
    fair_share: FairShare | None = Field(default=None, description="null by other methods")
    pods: tuple[PodWorking, ...] = Field(description="every POD, by code")


class CommissionerWorking(Record):
    """A commissioner's budgets of a year, and the rule that made them."""

    method: Method = Field(description="how a base becomes a budget")
    years: tuple[FinancialYear, ...] = Field(description="the years that the base may be of")
    contingency_percent: Exact = Field(description="per cent that goes to the fund")
    resource_limit: Money | None = Field(description="what budgets and fund may come to")
    is_scaled: bool = Field(description="whether budgets were scaled down to it")
    pace: Exact | None = Field(description="of the distance to a fair share, 0 to 1")
    maximum_change_percent: Exact | None = Field(description="the most that pace may move")
    all_weighted_lists: Exact | None = Field(description="of all practices; by fair shares")
    budgets_total: Money = Field(description="of all practices, those kept by hand included")
    fund: Money = Field(description="the contingencies of all practices")
    practices: tuple[PracticeWorking, ...] = Field(description="by practice_code")


class Workings(Record):
    """reference/budgets/<year>.json."""

    schema_version: Literal[1] = Field(default=1, description="of this file")
    financial_year: FinancialYear = Field(description="the year that the budgets are for")
    commissioners: dict[str, CommissionerWorking] = Field(description="by code")


def file_name(financial_year: str, ending: str) -> str:
    """What a year's files in reference/budgets/ are called: `2004-05.json`, `2004-05.toml`."""
    return f"{financial_year.replace('/', '-')}.{ending}"


def read(folder: Path, financial_year: str) -> Workings:
    """A year's workings in a folder; empty ones where nothing was set. Raises UsageError."""
    path = folder / file_name(financial_year, "json")
    if not path.is_file():
        return Workings(financial_year=financial_year, commissioners={})
    return _read(path)


def _read(path: Path) -> Workings:
    shown = f"reference/budgets/{path.name}"
    mend = "It is written by 'pbc budgets set' and by nobody else: take it away and set them again."
    try:
        workings = Workings.model_validate_json(path.read_bytes())
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise UsageError(
            f"{shown} cannot be read: {where or 'it'}: {first['msg']}. {mend}"
        ) from error
    if path.name != file_name(workings.financial_year, "json"):
        raise UsageError(f"{shown} is of {workings.financial_year}, as it says. {mend}")
    return workings


def content_of(workings: Workings) -> bytes:
    """The bytes of the file."""
    return canonical_json(workings)


def load(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Make `reference.budget_part` from the workings of every year in a folder.

    One row per financial year, practice and POD. Raises UsageError where a file cannot be read.
    """
    import pyarrow as pa

    connection.execute(
        "create or replace table reference.budget_part (financial_year varchar, "
        "practice_code varchar, pod varchar, base_amount decimal(18, 2), uplift decimal(18, 2), "
        "adjustment decimal(18, 2), contingency decimal(18, 2), annual_amount decimal(18, 2), "
        "method varchar, base_years varchar)"
    )
    rows = [row for path in sorted(folder.glob("*.json")) for row in _parts(_read(path))]
    if not rows:
        return
    parts = pa.Table.from_pylist(
        rows,
        pa.schema(
            [
                (name, pa.decimal128(18, 2) if isinstance(value, Decimal) else pa.string())
                for name, value in rows[0].items()
            ]
        ),
    )
    connection.register("parts_read", parts)
    # A practice that changed commissioners may stand under both.
    connection.execute(
        "insert into reference.budget_part by name select distinct on "
        "(financial_year, practice_code, pod, annual_amount) * from parts_read"
    )
    connection.unregister("parts_read")


def _parts(workings: Workings) -> Iterable[dict[str, str | Decimal]]:
    for commissioner in workings.commissioners.values():
        for practice in commissioner.practices:
            for pod in practice.pods:
                yield {
                    "financial_year": workings.financial_year,
                    "practice_code": practice.practice_code,
                    "pod": pod.pod,
                    "base_amount": pod.base_amount,
                    "uplift": pod.uplift,
                    "adjustment": pod.adjustment,
                    "contingency": pod.contingency,
                    "annual_amount": pod.annual_amount,
                    "method": commissioner.method,
                    "base_years": practice.base_year,
                }
