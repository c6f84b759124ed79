"""Months of several commissioners that are asked about, decided and told of in one go.

No month waits for another: what stands in the way of one is its `trouble`, and the others go on.
What is here is kept between the tasks of a DAG run, so it is plain dictionaries.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict

from transforms.delivery import approving, review
from transforms.delivery.review import Question, Summary
from transforms.errors import PbcError, UsageError
from transforms.periods import Period
from transforms.site import Site


class Due(TypedDict):
    """A month to deliver.

    `seen` is the fingerprint of what is there to be approved, `asked` whether a person is asked,
    `trouble` why it cannot be delivered; blank if it can.
    """

    commissioner: str
    period: str
    seen: str
    asked: bool
    trouble: str


class Decided(TypedDict):
    """The practices of a month whose statements are to be sent; or none, and the trouble."""

    commissioner: str
    period: str
    practices: list[str]
    trouble: str


@dataclass(frozen=True)
class Answer:
    """What a person answered to the question of a month, and who."""

    approved: bool
    who: str


def due(site: Site, months: Sequence[tuple[str, str]]) -> list[Due]:
    """Look at commissioners' months before anybody is asked.

    Raises UsageError where every one of them is in trouble.
    """
    found = [_due(site, code, period) for code, period in months]
    _require_one([each["trouble"] for each in found])
    return found


def _due(site: Site, code: str, period: str) -> Due:
    seen, asked, trouble = "", False, ""
    try:
        site.commissioner(code)
        month = Period.parse(period)
        seen = review.fingerprint(site, code, month)
        asked = approving.why_not_automatic(site, code, month) is not None
    except PbcError as error:
        trouble = str(error)
    return {
        "commissioner": code,
        "period": period,
        "seen": seen,
        "asked": asked,
        "trouble": trouble,
    }


def _asked(found: Sequence[Due]) -> list[Due]:
    return [each for each in found if each["asked"] and not each["trouble"]]


def questions(site: Site, found: Sequence[Due]) -> list[Question]:
    """What a person is asked: a question a month, of those that do not go by themselves."""
    return [
        review.question(site, each["commissioner"], Period.parse(each["period"]))
        for each in _asked(found)
    ]


def decide(site: Site, found: Sequence[Due], answers: Sequence[Answer]) -> list[Decided]:
    """Write each answer down, to the month that it was asked of; gives what is to be sent.

    `answers` are in the order of the questions. A month that changed after the question is not
    decided. Raises UsageError where an answer is missing, or every month is in trouble.
    """
    asked = _asked(found)
    if len(answers) != len(asked):
        raise UsageError(f"{len(asked)} questions were asked, and {len(answers)} answers are here.")
    given = {
        (each["commissioner"], each["period"]): answer
        for each, answer in zip(asked, answers, strict=True)
    }
    decided: list[Decided] = []
    for each in found:
        practices, trouble = [], each["trouble"]
        if not trouble:
            try:
                practices = _decide(site, each, given.get((each["commissioner"], each["period"])))
            except PbcError as error:
                trouble = str(error)
        decided.append(
            {
                "commissioner": each["commissioner"],
                "period": each["period"],
                "practices": practices,
                "trouble": trouble,
            }
        )
    _require_one([each["trouble"] for each in decided])
    return decided


def _decide(site: Site, due: Due, answer: Answer | None) -> list[str]:
    """Write one answer down; gives the practices whose statements it lets go."""
    code, period = due["commissioner"], Period.parse(due["period"])
    if review.fingerprint(site, code, period) != due["seen"]:
        raise UsageError(
            f"The packages, documents or recipients of {period} of {code} changed after the "
            "question was asked: nothing is sent. Trigger this DAG again."
        )
    if answer is None:
        why = approving.why_not_automatic(site, code, period)
        if why is not None:
            raise UsageError(
                f"{period} of {code} was to go by itself, and no longer may: {why}. Trigger this "
                "DAG again."
            )
        return review.practices_of(site, code, period)
    if not answer.approved:
        approving.reject(site, code, period, who=answer.who, how="airflow")
        return []
    decided = approving.approve(site, code, period, who=answer.who, how="airflow")
    return [each.practice for each in decided]


def _require_one(troubles: Sequence[str]) -> None:
    """Raise UsageError where nothing is without trouble."""
    if troubles and all(troubles):
        raise UsageError(" ".join(dict.fromkeys(troubles)))


def summaries(site: Site, found: Sequence[Due], troubles: Sequence[str]) -> list[Summary]:
    """How far each month's delivery has come; then what stood in the way of months since."""
    told = []
    for each in found:
        try:
            if each["trouble"]:
                raise UsageError(each["trouble"])
            told.append(review.summary(site, each["commissioner"], Period.parse(each["period"])))
        except PbcError as error:
            told.append(Summary(str(error), settled=False))
    known = {each.text for each in told}
    return [*told, *(Summary(each, settled=False) for each in troubles if each not in known)]
