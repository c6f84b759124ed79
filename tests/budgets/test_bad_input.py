"""What is wrong with a rule, a history or a budget is told with its place; nothing is half set."""

from collections.abc import Callable

import pytest

from tests.budgets.conftest import ONE, RULE, TWO, YEAR, rule
from tests.budgets.test_set import contents
from tests.models.months import months_of
from tests.pipeline_run import close, done, land, pbc
from tests.site_builder import SiteBuilder

Spoil = Callable[[SiteBuilder], object]

APRIL_TO_MARCH = [f"0.{place:02d}" for place in range(8, 96, 8)] + ["1"]
RULE_FILE = "reference/budgets/2004-05.toml"


def profile(*shares: str) -> Spoil:
    """Returns what adds a profile of these shares, from April on."""

    def add(site: SiteBuilder) -> None:
        for month, share in zip(months_of(YEAR), shares, strict=False):
            site.add("profile", financial_year=YEAR, pod="elective", month=month, share=share)

    return add


def rule_of(text: str) -> Spoil:
    """Returns what gives the site another rule."""
    return lambda site: site.budget_rule(YEAR, text)


def without(practice: str, year: str) -> Spoil:
    """Returns what takes a practice's year out of the history."""

    def take(site: SiteBuilder) -> None:
        site.tables["history"] = [
            row
            for row in site.tables["history"]
            if (row["practice_code"], row["financial_year"]) != (practice, year)
        ]

    return take


def both(*spoils: Spoil) -> Spoil:
    """Returns what does one after the other."""
    return lambda site: [spoil(site) for spoil in spoils]


CASES: dict[str, tuple[Spoil, tuple[str, ...]]] = {
    "an unknown practice": (
        lambda site: site.budget("Y99999"),
        ("reference/budgets.csv", "line 2: practice_code Y99999 is not in the list of practices"),
    ),
    "two rows for one key": (
        lambda site: [site.budget(ONE), site.budget(TWO), site.budget(ONE)],
        (
            "reference/budgets.csv, lines 2 and 4: two rows for the same financial_year, "
            "practice_code, pod. Keep one.",
        ),
    ),
    "a budget below 0": (
        lambda site: site.budget(ONE, "elective", "-1"),
        ("reference/budgets.csv", "line 2: annual_amount is below 0"),
    ),
    "a status that is none": (
        lambda site: site.budget(ONE, status="holder"),
        ("reference/budgets.csv", "line 2: status is not budget_holder or information"),
    ),
    "participation that is none": (
        lambda site: site.add(
            "participation", practice_code=ONE, status="yes", from_date="2004-04-01"
        ),
        ("reference/participation.csv", "line 2: status is not budget_holder or information"),
    ),
    "a treatment that is none": (
        lambda site: site.add(
            "scope", financial_year=YEAR, practice_code=ONE, pod="elective", treatment="kept"
        ),
        ("reference/scope.csv", "line 2: treatment is not held, blocked_back or excluded"),
    ),
    "shares that do not reach 1": (
        profile(*APRIL_TO_MARCH[:-1], "0.99"),
        (
            "reference/profile.csv",
            "line 2: the shares of 2004/05 elective are not twelve that reach 1 in March",
        ),
    ),
    "eleven shares": (
        profile(*APRIL_TO_MARCH[:11]),
        ("line 2: the shares of 2004/05 elective are not twelve that reach 1 in March",),
    ),
    "shares that fall": (
        profile("0.5", "0.4", *APRIL_TO_MARCH[5:], "1", "1", "1"),
        ("line 3: the cumulative share of 2004/05 elective falls",),
    ),
    "a share above 1": (
        profile(*APRIL_TO_MARCH[:10], "1.01", "1"),
        ("line 12: share is not between 0 and 1, or the month is not in the financial year",),
    ),
    "a share of another year's month": (
        lambda site: site.add(
            "profile", financial_year=YEAR, pod="elective", month="2003-04", share="0.1"
        ),
        ("line 2: share is not between 0 and 1, or the month is not in the financial year",),
    ),
    "a year that nobody has": (
        rule_of(RULE.replace("2001/02", "2000/01")),
        (RULE_FILE, "2000/01: for no practice at all", "reference/history.csv"),
    ),
    "a practice without a year": (
        without(TWO, "2002/03"),
        (RULE_FILE, f"2002/03: for practice {TWO}", "Add rows to reference/history.csv"),
    ),
    "spending below 0": (
        lambda site: site.history(ONE, "2003/04", "daycase", "-1"),
        ("reference/history.csv", "line 8: amount is below 0"),
    ),
    "two rows of history for one key": (
        lambda site: site.history(ONE, "2001/02", "elective", "1"),
        ("reference/history.csv, lines 2 and 8: two rows for the same",),
    ),
    "nothing spent at all": (
        lambda site: [row.update(amount="0") for row in site.tables["history"]],
        (RULE_FILE, "nothing was spent at all"),
    ),
    "a limit exceeded": (
        rule_of(rule(resource_limit="3299.99")),
        (RULE_FILE, "resource_limit 3,299.99 is exceeded by 0.01", "scale_to_limit = true"),
    ),
    "fair shares without a list": (
        both(
            rule_of(rule("fair_shares", resource_limit="1000")),
            lambda site: site.tables["practices"][1].update(weighted_list_size=""),
        ),
        ("reference/practices.csv", f"line 3: practice {TWO} has no weighted_list_size"),
    ),
    "fair shares of nothing": (
        rule_of(rule("fair_shares")),
        (RULE_FILE, "resource_limit: method fair_shares shares it out, and needs it"),
    ),
    "an unknown key": (
        rule_of(RULE + "contingency_per_cent = 1\n"),
        (RULE_FILE, "contingency_per_cent: no such setting. Did you mean 'contingency_percent'?"),
    ),
    "an unknown POD": (
        rule_of(RULE + "[uplift_percent]\ndefault = 1\nnonelective = 2\n"),
        ("uplift_percent.nonelective: no such setting. Did you mean 'non_elective'?",),
    ),
    "an unknown commissioner": (
        rule_of(RULE + "[commissioners.5XAB]\nresource_limit = 1\n"),
        ("commissioners.5XAB: no commissioner of this site. Did you mean '5XA'?",),
    ),
    "an unknown method": (
        rule_of(rule("highest")),
        (RULE_FILE, "method: input should be 'highest_of_years', 'base_year' or 'fair_shares'"),
    ),
    "a contingency above 100": (
        rule_of(rule(contingency_percent="101")),
        (RULE_FILE, "contingency_percent: input should be less than or equal to 100"),
    ),
    "a pace above 1": (
        rule_of(rule("fair_shares", resource_limit="1", pace="1.5")),
        (RULE_FILE, "pace: input should be less than or equal to 1"),
    ),
    "several years where one is meant": (
        rule_of(rule(years='["2002/03", "2003/04"]')),
        (RULE_FILE, "years: method base_year takes one year"),
    ),
    "a base year to come": (
        rule_of(rule(years='["2004/05"]')),
        (RULE_FILE, "years: 2004/05 is not before 2004/05"),
    ),
    "a year that is none": (
        rule_of(rule(years='["2003-04"]')),
        (RULE_FILE, "'2003-04' is not a financial year. Write it as two years, such as 2004/05"),
    ),
    "another year's rule": (
        rule_of(RULE.replace('financial_year = "2004/05"', 'financial_year = "2005/06"')),
        (RULE_FILE, "financial_year is 2005/06, but the file is named for 2004/05"),
    ),
    "no TOML": (rule_of("method: base_year"), (RULE_FILE, "is not valid TOML")),
    "no member": (
        lambda site: site.tables.update(
            memberships=[row | {"end_date": "2004-03-31"} for row in site.tables["memberships"]]
        ),
        ("gives this commissioner no practice in 2004/05",),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_it_is_told_and_nothing_is_set(name: str, builder: SiteBuilder) -> None:
    """File, line and rule stand in the message; reference/ is as it was."""
    spoil, told = CASES[name]
    spoil(builder)
    site = builder.write()
    before = contents(site)
    outcome = pbc(site, "budgets", "set", YEAR)
    assert outcome.exit_code == 2
    for words in told:
        assert words in outcome.output
    assert contents(site) == before


def test_a_practice_that_was_not_there_yet_needs_no_history(builder: SiteBuilder) -> None:
    """Who opened after a year has no spending to give for it."""
    without(TWO, "2001/02")(builder)
    builder.tables["practices"][1]["open_date"] = "2002-04-01"
    done(builder.write(), "budgets", "set", YEAR)


def test_without_a_rule(builder: SiteBuilder) -> None:
    """The message names the file that is to be written; a year that is none is told too."""
    site = builder.write()
    missing = pbc(site, "budgets", "set", "2005/06")
    assert missing.exit_code == 2
    assert "reference/budgets/2005-06.toml is missing" in missing.output
    wrong = pbc(site, "budgets", "set", "2004")
    assert wrong.exit_code == 2
    assert "'2004' is not a financial year" in wrong.output


@pytest.mark.parametrize(
    ("spoilt", "told"),
    [
        ("{", "reference/budgets/2004-05.json cannot be read"),
        ('{"financial_year": "2003/04", "commissioners": {}}', "is of 2003/04, as it says"),
        ('{"financial_year": "2004/05", "commissioners": {}, "by": 1}', "by: Extra inputs"),
    ],
)
def test_workings_that_were_tampered_with(builder: SiteBuilder, spoilt: str, told: str) -> None:
    """A close does not guess at parts; nor does setting budgets."""
    site = builder.write()
    done(site, "budgets", "set", YEAR)
    (site / "reference" / "budgets" / "2004-05.json").write_text(spoilt)
    land(site)
    for command in (("close", "2004-04"), ("budgets", "set", YEAR)):
        outcome = pbc(site, *command)
        assert outcome.exit_code == 2
        assert told in outcome.output
        assert "take it away and set them again" in outcome.output
    (site / "reference" / "budgets" / "2004-05.json").unlink()
    done(site, "budgets", "set", YEAR)
    close(site, "2004-04")
