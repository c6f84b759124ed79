"""The budget examples, held against the pipeline and against the second implementation."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pytest

from tests.models.attribution import successor
from tests.models.budgets import LimitExceededError, set_budgets, status_of
from tests.models.money import ZERO, split
from tests.models.months import months_of
from tests.pipeline_run import close as close_period
from tests.pipeline_run import done, export, land, pbc
from tests.site_builder import Row, SiteBuilder
from tests.worked_examples.budgets import EXAMPLES, PRACTICES, YEAR, BudgetExample, toml_of
from tests.worked_examples.sums import worked_out

PARTS = ("base_amount", "uplift", "adjustment", "contingency", "annual_amount")

by_title = pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.title)


def example_site(directory: Path, example: BudgetExample) -> SiteBuilder:
    """Returns a site with an example's rule, history and practices."""
    site = SiteBuilder(directory, practice=False)
    site.setting("gates", enforce=False)
    named = {practice for practice, _, _ in example.spend} | set(example.weighted_lists)
    for practice in sorted(named | {"A"}):
        site.practice(
            PRACTICES[practice], weighted_list_size=example.weighted_lists.get(practice, 1000)
        )
    if "OLD" in named:
        site.succession(PRACTICES["OLD"], PRACTICES["A"], "2003-10-01")
    for (practice, year, pod), amount in example.spend.items():
        site.history(PRACTICES[practice], year, pod, amount)
    site.budget_rule(YEAR, toml_of(example.rule))
    return site


def check(example: BudgetExample, rows: Mapping[tuple[str, str], Mapping[str, Decimal]]) -> None:
    """Holds budgets by practice and POD against the parts expected; rows not expected are 0."""
    for (practice, pod), parts in example.expected.items():
        expected = {part: worked_out(parts.get(part, "0")) for part in PARTS}
        assert rows[PRACTICES[practice], pod] == expected, example.rule_in_words
    wanted = {(PRACTICES[practice], pod) for practice, pod in example.expected}
    for key in rows.keys() - wanted:
        assert not any(rows[key].values()), f"{key} was expected to have no budget"


@by_title
def test_pipeline(example: BudgetExample, tmp_path: Path) -> None:
    """`pbc budgets set` sets the budgets that the example says, or refuses."""
    site = example_site(tmp_path, example).write()
    budgets = site / "reference" / "budgets.csv"
    if example.exceeded_by:
        outcome = pbc(site, "budgets", "set", YEAR)
        assert outcome.exit_code != 0
        assert example.exceeded_by in outcome.output
        assert not budgets.exists(), "nothing is half set"
        return
    done(site, "budgets", "set", YEAR)
    land(site)
    close_period(site, "2004-04")
    rows = export(site, "budgets", "2004-04")
    check(
        example,
        {
            (row["practice_code"], row["pod"]): {part: Decimal(row[part]) for part in PARTS}
            for row in rows
        },
    )


@by_title
def test_second_implementation(example: BudgetExample, tmp_path: Path) -> None:
    """The second implementation sets the budgets that the example says, or refuses."""
    site = example_site(tmp_path, example)
    spend: dict[tuple[str, str, str], Decimal] = {}
    for row in site.tables["history"]:
        holder = holder_of(row["practice_code"], site.tables["successions"])
        key = holder, row["financial_year"], row["pod"]
        spend[key] = spend.get(key, ZERO) + Decimal(row["amount"])
    lists: dict[str, Decimal] = {}
    for row in site.tables["practices"]:
        holder = holder_of(row["practice_code"], site.tables["successions"])
        lists[holder] = lists.get(holder, ZERO) + Decimal(row["weighted_list_size"])
    if example.exceeded_by:
        with pytest.raises(LimitExceededError) as refused:
            set_budgets(example.rule, spend, lists)
        assert refused.value.args == (Decimal(example.exceeded_by),)
        return
    found = {
        (each.practice_code, each.pod): {part: getattr(each, part) for part in PARTS}
        for each in set_budgets(example.rule, spend, lists)
    }
    check(example, found)


def holder_of(practice: str, successions: list[Row]) -> str:
    """Returns who holds a practice's budget when the year begins."""
    april = months_of(YEAR)[0]
    return successor(practice, april, april, successions)


def test_a_total_is_split_by_largest_remainder() -> None:
    """Parts add up; pence left over go to the largest remainders, of equals the lowest key."""
    thirds = {"a": Decimal(1), "b": Decimal(1), "c": Decimal(1)}
    assert split(Decimal("1.00"), thirds) == {
        "a": Decimal("0.34"),
        "b": Decimal("0.33"),
        "c": Decimal("0.33"),
    }
    assert split(Decimal("-0.02"), thirds) == {
        "a": Decimal("-0.01"),
        "b": Decimal("-0.01"),
        "c": Decimal("0.00"),
    }
    uneven = {"a": Decimal(1), "b": Decimal(2), "c": Decimal(4)}
    assert split(Decimal("0.10"), uneven) == {
        "a": Decimal("0.01"),  # 0.0143
        "b": Decimal("0.03"),  # 0.0286
        "c": Decimal("0.06"),  # 0.0571
    }


def test_participation_is_that_of_the_day() -> None:
    """The latest status from a date on; who was never named gets information alone."""
    rows = [
        {"practice_code": "A", "status": "budget_holder", "from_date": "2004-04-01"},
        {"practice_code": "A", "status": "information", "from_date": "2004-10-01"},
    ]
    assert status_of("A", rows, "2004-03-31") == "information"
    assert status_of("A", rows, "2004-04-01") == "budget_holder"
    assert status_of("A", rows, "2004-10-01") == "information"
    assert status_of("B", rows, "2004-10-01") == "information"
