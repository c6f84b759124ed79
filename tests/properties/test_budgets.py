"""Random years of spend under random rules: budgets add up, and the pipeline's are the model's."""

from decimal import Decimal
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from tests.models.budgets import PODS, Budget, LimitExceededError, Rule, set_budgets
from tests.models.money import PENNY, ZERO
from tests.pipeline_run import close, done, export, land, pbc
from tests.properties.effort import examples
from tests.site_builder import SiteBuilder
from tests.worked_examples.budgets import YEAR, toml_of

seeds = st.integers(0, 2**32)

YEARS = ("2001/02", "2002/03", "2003/04")
PRACTICES = [f"Y9600{place}" for place in range(1, 8)]
PARTS = ("base_amount", "uplift", "adjustment", "contingency", "annual_amount")


def random_rule(random: Random, total: Decimal) -> Rule:
    """Returns a rule of any method, with a limit not far from what the years came to."""
    method = random.choice(("highest_of_years", "base_year", "fair_shares"))
    limited = method == "fair_shares" or random.random() < 0.5
    return Rule(
        YEAR,
        method,
        list(YEARS) if method == "highest_of_years" else ["2003/04"],
        uplift_percent=random.choice((Decimal(0), Decimal("3.5"), Decimal("-1"))),
        uplift_percent_by_pod=(
            {random.choice(PODS): Decimal("7.25")} if random.random() < 0.5 else {}
        ),
        contingency_percent=random.choice((Decimal(0), Decimal("2.5"))),
        resource_limit=(
            (total * random.choice((Decimal("0.9"), Decimal("1.1"), Decimal("1.5")))).quantize(
                PENNY
            )
            if limited
            else None
        ),
        scale_to_limit=random.random() < 0.7,
        pace=random.choice((Decimal(0), Decimal("0.3"), Decimal(1))),
        maximum_change_percent=random.choice((None, Decimal("2.5"))),
    )


def random_spend(random: Random) -> dict[tuple[str, str, str], Decimal]:
    """Returns spend of three years by practice, year and POD, equal totals among them.

    A practice has a row of every year: a year that is missing is an error.
    """
    spend = {}
    for practice in PRACTICES:
        for year in YEARS:
            for pod in PODS:
                if pod == PODS[0] or random.random() < 0.9:
                    pence = random.choice((10000, 33333, random.randint(1, 20_000_000)))
                    spend[practice, year, pod] = Decimal(pence) / 100
    return spend


def random_lists(random: Random) -> dict[str, Decimal]:
    """Returns a weighted list for each practice."""
    return {practice: Decimal(random.randint(500, 20_000)) for practice in PRACTICES}


@examples(4)
@given(seed=seeds)
def test_budgets_are_the_models(seed: int) -> None:
    """Every part of every budget, or the refusal of what exceeds the limit."""
    random = Random(seed)
    spend, lists = random_spend(random), random_lists(random)
    rule = random_rule(random, sum((spend[key] for key in spend if key[1] == YEARS[2]), ZERO))
    with TemporaryDirectory() as directory:
        builder = SiteBuilder(Path(directory), practice=False)
        builder.setting("gates", enforce=False)
        for practice in PRACTICES:
            builder.practice(practice, weighted_list_size=int(lists[practice]))
        for (practice, year, pod), amount in spend.items():
            builder.history(practice, year, pod, str(amount))
        builder.budget_rule(YEAR, toml_of(rule))
        site = builder.write()
        try:
            budgets = set_budgets(rule, spend, lists)
        except LimitExceededError:
            assert pbc(site, "budgets", "set", YEAR).exit_code != 0
            return
        done(site, "budgets", "set", YEAR)
        land(site)
        close(site, "2004-04")
        rows = export(site, "budgets", "2004-04")
    found = {
        (row["practice_code"], row["pod"]): {part: Decimal(row[part]) for part in PARTS}
        for row in rows
    }
    for budget in budgets:
        parts = {part: getattr(budget, part) for part in PARTS}
        key = budget.practice_code, budget.pod
        assert found.get(key, dict.fromkeys(PARTS, ZERO)) == parts, key


@examples(200)
@given(seed=seeds)
def test_the_models_budgets_add_up(seed: int) -> None:
    """Whole pence, within the limit and the cap, and scaled to the limit exactly."""
    random = Random(seed)
    spend, lists = random_spend(random), random_lists(random)
    rule = random_rule(random, sum((spend[key] for key in spend if key[1] == YEARS[2]), ZERO))
    try:
        budgets = set_budgets(rule, spend, lists)
    except LimitExceededError as refused:
        assert not rule.scale_to_limit
        assert refused.args[0] > 0
        return
    for budget in budgets:
        parts = (budget.base_amount, budget.uplift, budget.adjustment, budget.contingency)
        assert budget.annual_amount == sum(parts, ZERO)
        assert all(part == part.quantize(PENNY) for part in parts)
    together = sum((budget.before_contingency for budget in budgets), ZERO)
    assert rule.resource_limit is None or together <= rule.resource_limit
    if rule.method == "fair_shares" and rule.maximum_change_percent is not None:
        within_cap(rule, budgets)


def within_cap(rule: Rule, budgets: list[Budget]) -> None:
    """Asserts that fair shares alone moved no practice further than the cap, to the penny."""
    together = sum((budget.before_contingency for budget in budgets), ZERO)
    if together == rule.resource_limit:
        return  # scaled: the limit, not the cap, had the last word
    for practice in PRACTICES:
        own = [budget for budget in budgets if budget.practice_code == practice]
        has = sum((budget.base_amount + budget.uplift for budget in own), ZERO)
        moved = sum((budget.adjustment for budget in own), ZERO)
        assert rule.maximum_change_percent is not None
        assert abs(moved) <= has * rule.maximum_change_percent / 100 + PENNY / 2
