"""Budget letters: one page a practice on how its budget for a year was worked out.

`make` writes each letter's package, letter.json, below out/<commissioner>/budgets/<year>/, from the
budgets in force (budgets.csv) and how they were worked out (budgets/<year>.json), with the scope
that the year's first close fixed, once there is one; rendering reads nothing but the package. What
was changed by hand since it was set is a budget set by hand: the letter says so, and shows no
working that no longer leads to it.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from transforms import mark, tariffs, warehouse
from transforms.budgets import workings as budget_workings
from transforms.budgets.books import books_of
from transforms.budgets.letter_package import (
    LETTER_FILE,
    BudgetLetter,
    LetterFairShare,
    LetterPod,
    LetterWorking,
    Step,
    StepName,
    write_letter,
)
from transforms.budgets.workings import CommissionerWorking, PodWorking, PracticeWorking
from transforms.errors import UsageError
from transforms.periods import financial_year_start
from transforms.site import Site

_READ = (
    *("practices.csv", "memberships.csv", "epraccur.csv", "epcmem.csv", "budgets.csv"),
    *("participation.csv", "scope.csv", "profile.csv"),
)
_NOUGHT = Decimal("0.00")
_PENNY = Decimal("0.01")
_MONTHS_TO_MARCH = 11
_EXCLUDED = "excluded"


@dataclass(frozen=True)
class LettersMade:
    """The folder of a year's letters, and the practices that have one, in order."""

    folder: Path
    practices: tuple[str, ...]


def folder_of(site: Site, commissioner: str, financial_year: str) -> Path:
    """Where a year's letters lie: out/<commissioner>/budgets/2004-05."""
    year = financial_year.replace("/", "-")
    return site.directory / "out" / commissioner / "budgets" / year


def make(
    site: Site, commissioner: str, financial_year: str, practice: str | None = None
) -> LettersMade:
    """Write the letter packages of a year's budgets, of all practices or of one.

    Raises UsageError where no budget is set, or the practice has none.
    """
    april = financial_year_start(financial_year)
    workings = budget_workings.read(site.reference / "budgets", financial_year)
    own = workings.commissioners.get(commissioner)
    with warehouse.in_memory() as connection:
        mark.load_tables(connection, site.reference, _READ)
        with books_of(site, commissioner, "budget letters") as books:
            if books is not None:
                mark.load_fixed_scope(connection, books, april)
        for name, value in (("commissioner", commissioner), ("financial_year", financial_year)):
            connection.execute(f"set variable {name} = $value", {"value": value})
        for name, day in (("year_start", april.first_day), ("period_end", april.last_day)):
            connection.execute(f"set variable {name} = $value::date", {"value": day})
        warehouse.run(connection, "budgets/first_member.sql")
        warehouse.run(connection, "position/practice_status.sql")
        practices = warehouse.rows(connection, warehouse.read("budgets/letter_practice.sql"))
        pods: dict[str, list[LetterPod]] = defaultdict(list)
        for row in warehouse.rows(connection, warehouse.read("budgets/letter_pod.sql")):
            pods[row.pop("practice_code")].append(LetterPod.model_validate(row))
    chosen = [row for row in practices if practice in (None, row["practice_code"])]
    if not chosen:
        whose = practice or commissioner
        raise UsageError(
            f"{whose} has no budget for {financial_year} in reference/budgets.csv. "
            f"Set the year's with 'pbc budgets set {financial_year}', or write it there."
        )
    worked = {each.practice_code: each for each in own.practices} if own else {}
    folder = folder_of(site, commissioner, financial_year)
    synthetic = tariffs.are_invented(site.reference / "tariffs", financial_year)
    for row in chosen:
        code = row["practice_code"]
        letter = BudgetLetter(
            **_rounded(row),
            number=f"{commissioner}/{financial_year.replace('/', '-')}/{code}",
            commissioner_code=commissioner,
            commissioner_name=site.commissioner(commissioner).name,
            financial_year=financial_year,
            first_day=april.first_day,
            last_day=april.plus(_MONTHS_TO_MARCH).last_day,
            contact=site.config.statements.contact or None,
            synthetic=synthetic,
            software_version=mark.software_version(),
            pods=tuple(pods[code]),
            annual_amount=_counted([pod.annual_amount for pod in pods[code]], pods[code]),
            working=_working(own, worked.get(code), pods[code]),
        )
        write_letter(folder / code, letter)
    if practice is None:
        _take_away_others(folder, {row["practice_code"] for row in chosen})
    return LettersMade(folder, tuple(row["practice_code"] for row in chosen))


def _take_away_others(folder: Path, practices: set[str]) -> None:
    """Take away letters of budgets that are no longer set."""
    for package in folder.glob(f"*/{LETTER_FILE}"):
        if package.parent.name not in practices:
            for document in (package, *package.parent.glob("*_budget_letter.pdf")):
                document.unlink()
            if not any(package.parent.iterdir()):
                package.parent.rmdir()


def _rounded(row: Mapping[str, Any]) -> dict[str, Any]:
    weighted = row["weighted_list_size"]
    return dict(row) | {"weighted_list_size": None if weighted is None else _two_decimals(weighted)}


def _two_decimals(number: Decimal) -> Decimal:
    return number.quantize(_PENNY, rounding=ROUND_HALF_UP)


def _counted(amounts: Sequence[Decimal], pods: Sequence[LetterPod]) -> Decimal:
    """What amounts by POD come to, of those that count in the total."""
    pairs = zip(amounts, pods, strict=True)
    return sum((amount for amount, pod in pairs if pod.treatment != _EXCLUDED), _NOUGHT)


def _working(
    own: CommissionerWorking | None, practice: PracticeWorking | None, pods: Sequence[LetterPod]
) -> LetterWorking | None:
    """How the budgets in force were worked out; None where they are others than were set."""
    if own is None or practice is None:
        return None
    by_pod = {pod.pod: pod for pod in practice.pods}
    if {pod.pod: pod.annual_amount for pod in pods} != {
        pod.pod: pod.annual_amount for pod in practice.pods
    }:
        return None
    order = {pod.pod: place for place, pod in enumerate(pods)}
    parts = [by_pod[pod.pod] for pod in pods]
    return LetterWorking(
        method=own.method,
        base_year=practice.base_year,
        years=tuple(
            year.model_copy(
                update={"pods": tuple(sorted(year.pods, key=lambda spend: order[spend.pod]))}
            )
            for year in practice.years
        ),
        steps=tuple(_steps(own, parts, pods)),
        fair_share=_fair_share(own, practice),
    )


def _steps(
    own: CommissionerWorking, parts: Sequence[PodWorking], pods: Sequence[LetterPod]
) -> Iterator[Step]:
    """The lines from the base to the budget; one that is 0 for every POD is left out."""
    lines: tuple[tuple[StepName, list[Decimal]], ...] = (
        ("base", [part.base_amount for part in parts]),
        ("uplift", [part.uplift for part in parts]),
        ("movement", [part.movement for part in parts]),
        ("scaling", [part.scaling for part in parts]),
        ("contingency", [part.contingency for part in parts]),
        ("annual", [part.annual_amount for part in parts]),
    )
    percents: dict[StepName, tuple[Decimal, ...]] = {
        "uplift": tuple(part.uplift_percent for part in parts),
        "contingency": (own.contingency_percent,),
    }
    for step, amounts in lines:
        if step in ("base", "annual") or any(amounts):
            yield Step(
                step=step,
                amounts=tuple(amounts),
                total=_counted(amounts, pods),
                percents=percents.get(step, ()),
            )


def _fair_share(own: CommissionerWorking, practice: PracticeWorking) -> LetterFairShare | None:
    share, everyone = practice.fair_share, own.all_weighted_lists
    if share is None or everyone is None or own.resource_limit is None or own.pace is None:
        return None
    has = sum((pod.base_amount + pod.uplift for pod in practice.pods), _NOUGHT)
    return LetterFairShare(
        weighted_list_size=_two_decimals(share.weighted_list_size),
        all_weighted_lists=_two_decimals(everyone),
        share_percent=_two_decimals(100 * share.weighted_list_size / everyone),
        resource=own.resource_limit,
        target=share.target,
        has=has,
        distance=share.target - has,
        pace=own.pace,
        uncapped_movement=share.uncapped_movement,
        maximum_change_percent=own.maximum_change_percent,
        movement=share.movement,
    )
