"""The sentences of a statement."""

from decimal import Decimal

import pytest

from tests.documents.example_package import ORDINARY, rows_of, statement_of
from transforms import package as p
from transforms.documents import words


@pytest.fixture(scope="module")
def statement() -> p.Statement:
    return statement_of(ORDINARY, "2004-09", rows_of(ORDINARY, "2004-09"), "0" * 64)


def told(statement: p.Statement, difference: str, percent: str | None) -> p.Statement:
    """The statement with another difference from a budget of 100,000 pounds."""
    top = statement.headline.model_copy(
        update={
            "budget_to_date": Decimal("100000.00"),
            "spent_to_date": Decimal("100000.00") + Decimal(difference),
            "difference": Decimal(difference),
            "difference_percent": None if percent is None else Decimal(percent),
        }
    )
    return statement.model_copy(update={"headline": top})


@pytest.mark.parametrize(
    ("difference", "percent", "answer", "end"),
    [
        ("7412.00", "7.41", "£7,412 over budget", ": 7,412 over budget, 7.4 per cent."),
        ("-1900.49", "-1.90", "£1,900 under budget", ": 1,900 under budget, 1.9 per cent."),
        ("0.49", "0.00", "On budget", ": no difference."),
        ("-0.50", "0.00", "£1 under budget", ": 1 under budget, 0.0 per cent."),
        ("300000.00", "300.00", "£300,000 over budget", ": 300,000 over budget, 300.0 per cent."),
        ("5.00", None, "£5 over budget", ": 5 over budget."),
    ],
)
def test_the_answer(
    statement: p.Statement, difference: str, percent: str | None, answer: str, end: str
) -> None:
    example = told(statement, difference, percent)
    assert words.answer(example) == answer
    assert words.standing_sentence(example).replace("\xa0", " ").endswith(end)


def test_chance_within_and_beyond(statement: p.Statement) -> None:
    chance = p.Chance(
        percent="4.90", amount="4900.00", years_in_ten=8, within=True, late="0.00", season="0.00"
    )
    assert chance_of(statement, chance) == (
        "For a practice of your size, differences of up to 4.9 per cent (£4,900) either way happen "
        "by chance alone in eight years out of ten; yours is within that, so it may be no more "
        "than chance."
    )
    beyond = chance_of(statement, chance.model_copy(update={"within": False}))
    assert beyond.endswith("; yours is beyond that, so chance alone is unlikely to explain it.")


@pytest.mark.parametrize(
    ("late", "season", "allowing"),
    [
        ("0.00", "0.49", ""),
        (
            "812.20",
            "0.00",
            "allowing for the £812 of charges that we still expect for these months, ",
        ),
        (
            "-40.00",
            "0.00",
            "allowing for the £40 of credits that we still expect for these months, ",
        ),
        ("0.00", "-900.00", "allowing for the season, "),
        (
            "812.20",
            "900.00",
            "allowing for the £812 of charges that we still expect for these months and the "
            "season, ",
        ),
    ],
)
def test_chance_allows_for_what_is_late_and_for_the_season(
    statement: p.Statement, late: str, season: str, allowing: str
) -> None:
    chance = p.Chance(
        percent="4.90", amount="4900.00", years_in_ten=8, within=True, late=late, season=season
    )
    assert f"out of ten; {allowing}yours is within that" in chance_of(statement, chance)


@pytest.mark.parametrize(
    ("month", "percent", "size"),
    [
        (1, "17.80", "17.8 per cent (£4,900) either way in one month happen"),
        (12, "3.20", "3.2 per cent (£4,900) either way over a whole year happen"),
        (2, "100.00", "of up to £4,900 either way happen"),
        (2, None, "of up to £4,900 either way happen"),
    ],
)
def test_chance_at_the_edges_of_the_year_and_of_budgets(
    statement: p.Statement, month: int, percent: str | None, size: str
) -> None:
    chance = p.Chance(percent=percent, amount="4900.00", years_in_ten=8, within=True, late="12.00")
    identity = statement.identity.model_copy(update={"month_number": month})
    told_in = statement.model_copy(update={"identity": identity})
    sentence = chance_of(told_in, chance)
    assert size in sentence
    assert (
        f"that we still expect for {'this month' if month == 1 else 'these months'}, " in sentence
    )


def test_chance_without_a_budget(statement: p.Statement) -> None:
    top = statement.headline.model_copy(update={"budget_set": False})
    without = statement.model_copy(update={"headline": top})
    chance = p.Chance(percent="9.10", amount="4900.00", years_in_ten=8, within=None)
    assert chance_of(without, chance) == (
        "There is no budget to differ from, but chance alone moves the spending of a practice of "
        "your size by up to 9.1 per cent (£4,900) either way in eight years out of ten."
    )
    nothing = top.model_copy(update={"chance": None, "spent_to_date": Decimal("0.00")})
    assert words.chance_sentence(statement.model_copy(update={"headline": nothing})) == (
        "With neither a budget nor a charge, there is nothing yet to set against chance."
    )


def test_chance_before_anything_was_charged(statement: p.Statement) -> None:
    """A budget, and no charge of anybody's to learn from."""
    top = statement.headline.model_copy(update={"chance": None})
    assert words.chance_sentence(statement.model_copy(update={"headline": top})) == (
        "Too little has been charged so far, to any practice, to say how far chance moves one of "
        "your size."
    )


def chance_of(statement: p.Statement, chance: p.Chance) -> str:
    """The sentence on chance, with ordinary spaces."""
    top = statement.headline.model_copy(update={"chance": chance})
    sentence = words.chance_sentence(statement.model_copy(update={"headline": top}))
    assert sentence is not None
    return sentence.replace("\xa0", " ")


@pytest.mark.parametrize(
    ("changed", "month", "sentence"),
    [
        (
            {"forecast_difference": Decimal("-1200.00")},
            6,
            "The year is expected to end £1,200 under budget.",
        ),
        ({"forecast_difference": Decimal("0.10")}, 6, "The year is expected to end on budget."),
        (
            {"forecast_difference": Decimal("70.00")},
            12,
            "Once late charges are in, the year is expected to end £70 over budget.",
        ),
        (
            {"budget_set": False, "forecast": Decimal("5000.00")},
            6,
            "The year is expected to end at £5,000.",
        ),
        ({"budget_set": False, "forecast": Decimal("0.00")}, 6, None),
        ({"forecast": None}, 6, None),
    ],
)
def test_forecast(
    statement: p.Statement, changed: dict[str, object], month: int, sentence: str | None
) -> None:
    identity = statement.identity.model_copy(update={"month_number": month})
    top = statement.headline.model_copy(update=changed)
    example = statement.model_copy(update={"headline": top, "identity": identity})
    assert words.forecast_sentence(example) == sentence


@pytest.mark.parametrize(
    ("reason", "direction", "practice", "text"),
    [
        ("late", None, None, "Arrived late for earlier months"),
        ("moved", "in", None, "Moved to you from other practices"),
        ("moved", "out", None, "Moved from you to other practices"),
        ("moved", "in", "Old Market", "From practice Old Market (Y90010)"),
        ("moved", "out", "Old Market", "To practice Old Market (Y90010)"),
    ],
)
def test_adjustments(
    reason: p.AdjustmentReason, direction: str | None, practice: str | None, text: str
) -> None:
    line = p.Adjustment.model_validate(
        {
            "reason": reason,
            "direction": direction,
            "by_succession": practice is not None,
            "practice_code": "Y90010" if practice else None,
            "practice_name": practice,
            "spells": 1,
            "charges": 1,
            "credits": 0,
            "amount": "1.00",
        }
    )
    assert words.adjustment_words(line) == text


@pytest.mark.parametrize(
    ("verdict", "value", "part"),
    [
        ("within", "120", "Within the 95 per cent limits"),
        ("above_95", "140", "one practice in forty as far above"),
        ("below_95", "90", "one practice in forty as far below"),
        ("above_998", "150", "one practice in a thousand as far above"),
        ("below_998", "80", "one practice in a thousand as far below"),
    ],
)
def test_the_funnels_verdict(statement: p.Statement, verdict: str, value: str, part: str) -> None:
    assert statement.comparisons is not None
    point = p.FunnelPoint(weighted_list_size="9480.50", value=value)
    funnel = statement.comparisons.spells.model_copy(update={"verdict": verdict, "practice": point})
    assert part in words.verdict_sentence(funnel)


def test_a_funnel_without_this_practice(statement: p.Statement) -> None:
    assert statement.comparisons is not None
    funnel = statement.comparisons.spells.model_copy(update={"verdict": None, "practice": None})
    assert "cannot be compared" in words.verdict_sentence(funnel)


def test_the_first_month_has_nothing_to_change_since(statement: p.Statement) -> None:
    april = statement.changes.model_copy(update={"previous_period": None, "previous_number": None})
    assert words.changed_title(april) == "What was posted this month"
    assert words.opening_words(april) == "Start of the financial year"
    unseen = statement.changes.model_copy(update={"previous_number": None})
    assert words.opening_words(unseen) == "Spent to the end of August"
