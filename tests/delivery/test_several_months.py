"""Months of two commissioners in one run of `deliver_statements`: no answer or trouble of one is
the other's.
"""

import json
from typing import Any

import pytest

from tests.delivery.small_site import (
    PERIOD,
    SmallSite,
    part_in_two,
)
from transforms.delivery import audit, several_months
from transforms.delivery.several_months import Answer, Due
from transforms.errors import UsageError

MONTHS = [("5XA", str(PERIOD)), ("5XB", str(PERIOD))]


@pytest.fixture
def two(ready: SmallSite) -> SmallSite:
    """A site of two commissioners, each with September 2004 to deliver."""
    part_in_two(ready)
    return ready


def decided(site: SmallSite, found: list[Due], *answers: Answer) -> dict[str, tuple[Any, str]]:
    return {
        each["commissioner"]: (each["practices"], each["trouble"])
        for each in several_months.decide(site.load(), found, answers)
    }


def told(site: SmallSite, commissioner: str) -> list[tuple[str, str, str]]:
    return [
        (each.practice_code, each.what, each.who)
        for each in audit.entries(site.load(), commissioner)
    ]


def gates_of(site: SmallSite, commissioner: str, status: str) -> None:
    """Have every gate of a commissioner's month say this."""
    run = site.directory / "out" / commissioner / str(PERIOD) / "r1" / "run.json"
    content = json.loads(run.read_text())
    for gate in content["gates"]:
        gate["status"] = status
    run.write_text(json.dumps(content))


def test_each_answer_is_its_own_month_s(two: SmallSite) -> None:
    found = several_months.due(two.load(), MONTHS)
    subjects = [each.subject for each in several_months.questions(two.load(), found)]
    assert subjects == [
        "Send the statements of 2004-09 of 5XA?",
        "Send the statements of 2004-09 of 5XB?",
    ]
    assert decided(two, found, Answer(False, "Ann"), Answer(True, "Ben")) == {
        "5XA": ([], ""),
        "5XB": (["Y90002", "Y90003"], ""),
    }
    assert told(two, "5XA") == [("Y90001", "rejected", "Ann")]
    assert told(two, "5XB") == [
        ("Y90002", "approved", "Ben"),
        ("Y90003", "approved", "Ben"),
    ]


def test_who_was_not_asked_gets_no_answer_of_another(two: SmallSite) -> None:
    """5XA goes by itself and 5XB is asked. When the answer comes, 5XA may not go by itself."""
    two.delivery["auto_approve"] = True
    gates_of(two, "5XB", "warning")
    found = several_months.due(two.load(), MONTHS)
    assert [each["asked"] for each in found] == [False, True]
    [question] = several_months.questions(two.load(), found)
    assert question.subject.endswith("of 5XB?")

    gates_of(two, "5XA", "warning")
    gates_of(two, "5XB", "passed")
    found_now = decided(two, found, Answer(False, "Ben"))
    assert found_now["5XB"] == ([], "")
    practices, trouble = found_now["5XA"]
    assert practices == []
    assert "was to go by itself, and no longer may: the gate feed" in trouble
    assert told(two, "5XA") == []
    assert [what for _, what, _ in told(two, "5XB")] == ["rejected", "rejected"]


def test_a_month_that_changed_after_the_question_stops_itself_alone(two: SmallSite) -> None:
    found = several_months.due(two.load(), MONTHS)
    (two.directory / "out" / "5XB" / str(PERIOD) / "r1" / "documents.json").open("a").write(" ")
    found_now = decided(two, found, Answer(True, "Ann"), Answer(True, "Ben"))
    assert found_now["5XA"] == (["Y90001"], "")
    assert "of 5XB changed after the question was asked" in found_now["5XB"][1]
    assert told(two, "5XB") == []
    summaries = several_months.summaries(two.load(), found, [found_now["5XB"][1]])
    assert [each.settled for each in summaries] == [False, False, False]
    assert summaries[2].text == found_now["5XB"][1]


def test_a_month_that_cannot_be_delivered_stops_itself_alone(two: SmallSite) -> None:
    months = [*MONTHS, ("5XB", "2004-10"), ("5XC", str(PERIOD)), ("../5XA", str(PERIOD))]
    found = several_months.due(two.load(), months)
    assert [bool(each["trouble"]) for each in found] == [False, False, True, True, True]
    assert "2004-10 of 5XB has no package to send" in found[2]["trouble"]
    assert "5XC is not a commissioner of this site" in found[3]["trouble"]
    assert len(several_months.questions(two.load(), found)) == 2
    answers = [Answer(True, "Ann"), Answer(True, "Ben")]
    assert len(several_months.decide(two.load(), found, answers)) == 5

    with pytest.raises(UsageError, match="2004-10 of 5XB has no package to send"):
        several_months.due(two.load(), months[2:])
    with pytest.raises(UsageError, match="2 questions were asked, and 1 answers are here"):
        several_months.decide(two.load(), found, answers[:1])
