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
    top = statement.headline
    assert top.chance is not None
    within = words.chance_sentence(top)
    assert within is not None
    assert within.endswith("yours is within that, so it may be no more than chance.")
    chance = top.chance.model_copy(update={"within": False})
    beyond = words.chance_sentence(top.model_copy(update={"chance": chance}))
    assert beyond is not None
    assert beyond.endswith("chance alone is unlikely to explain it.")
    assert words.chance_sentence(top.model_copy(update={"chance": None})) is None


def test_forecast(statement: p.Statement) -> None:
    top = statement.headline
    under = top.model_copy(update={"forecast_difference": Decimal("-1200.00")})
    assert words.forecast_sentence(under) == "The year is expected to end £1,200 under budget."
    even = top.model_copy(update={"forecast_difference": Decimal("0.10")})
    assert words.forecast_sentence(even) == "The year is expected to end on budget."
    assert words.forecast_sentence(top.model_copy(update={"forecast": None})) is None


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
