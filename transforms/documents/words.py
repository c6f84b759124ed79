"""The sentences of a statement: pure functions of its figures, in plain British English."""

from decimal import Decimal

from transforms.documents import formats
from transforms.package import (
    Adjustment,
    Chance,
    Changes,
    Funnel,
    Identity,
    MonthPoint,
    Position,
    Statement,
)

BASIS_WORDS = {
    "registration": "Registered with you on the day",
    "submitted_practice": "Named as yours by the hospital",
    "submitted_gp": "Under a GP of yours, by the hospital",
    "resident": "Resident in the area",
    "none": "No basis",
}
REASON_WORDS = {
    "late": "Arrived late for earlier months",
    "amended": "Amended by the hospital",
    "repriced": "Repriced by a new tariff edition",
    "restored": "Restored after a withdrawal",
    "withdrawn": "Withdrawn by the hospital",
}
NOT_CHARGED_WORDS = {
    "excluded": "Excluded",
    "ungrouped": "Ungrouped: no usable HRG",
    "no_tariff": "Not priced: no tariff for the HRG",
    "open": "Still in hospital",
}
TREATMENT_WORDS = {
    "held": "held",
    "blocked_back": "commissioned for you, and counted",
    "excluded": "shown, not in the total",
}

_ALL = Decimal(
    100
)  # per cent: a difference as large as the budget itself says no more by its share
_LAST_MONTH = 12
# Characters that fit in a line of page 1.
_LINE_OF_ANSWER = 92
_LINE_OF_IDENTITY = 105
_LINE_OF_NAME = 44
_OVER = {1: " in one month", _LAST_MONTH: " over a whole year"}


def standing_word(value: Decimal) -> str:
    """`over budget`, `under budget` or `on budget`, as the difference is written in pounds."""
    written = formats.signed_whole(value)
    if written.startswith("+"):
        return "over budget"
    return "under budget" if written.startswith(formats.MINUS) else "on budget"


def answer(statement: Statement) -> str:
    """The answer at the top of the page, in large type."""
    headline = statement.headline
    if statement.closing is not None:
        return f"Merged into {statement.closing.successor_name}"
    if not headline.budget_set:
        return f"{formats.pounds(headline.spent_to_date)} spent so far"
    word = standing_word(headline.difference)
    if word == "on budget":
        return "On budget"
    return f"{formats.pounds(abs(headline.difference))} {word}"


def replaced_sentence(statement: Statement) -> str | None:
    """What a revised statement replaces and what was posted since; None if it replaces none."""
    replaced = statement.replaced
    if replaced is None:
        return None
    posted = " and ".join(
        f"{formats.number(count)} {noun if count == 1 else noun + 's'}"
        for count, noun in ((replaced.charges, "charge"), (replaced.credits, "credit"))
        if count
    )
    return (
        f"This statement replaces {replaced.number}. It adds {posted or 'no postings'}, "
        f"{formats.signed_pounds(replaced.amount)} in all: spent to date was "
        f"{formats.pounds(replaced.spent_to_date)} and is now "
        f"{formats.pounds(statement.headline.spent_to_date)}. The detail file lists them."
    )


def span(identity: Identity) -> str:
    """The months that the figures cover: `April to September 2004`."""
    return formats.month_range(identity.first_month, identity.period)


def standing_sentence(statement: Statement) -> str:
    """What was spent against what was planned, in one sentence."""
    headline, months = statement.headline, span(statement.identity)
    spent, budget = (
        formats.pounds(headline.spent_to_date),
        formats.pounds(headline.budget_to_date),
    )
    if not headline.budget_set:
        return f"No budget has been set for you this year. {months}: {spent} spent."
    if headline.spent_to_date == 0 and statement.total.ytd_spells == 0:
        return (
            f"No charges stand against you for {months}, against a budget of {budget}. "
            "If you know of patients who went to hospital, please tell us."
        )
    sentence = f"You have spent {spent} against a budget of {budget} for {months}: "
    word = standing_word(headline.difference)
    if word == "on budget":
        return sentence + "no difference."
    sentence += f"{formats.whole(abs(headline.difference))} {word}"
    if headline.difference_percent is None:
        return f"{sentence}."
    return f"{sentence}, {formats.percent_in_words(headline.difference_percent)}."


def chance_sentence(statement: Statement) -> str | None:
    """How much of the difference could be chance, in a sentence; None on a closing statement.

    A practice without budget has no difference: it is told how far chance moves its spending. One
    with neither budget nor charges, and all while nobody was charged anything, are told that there
    is nothing to judge by.
    """
    headline = statement.headline
    chance = headline.chance
    if chance is None:
        if statement.closing is not None:
            return None
        if headline.budget_set or headline.spent_to_date:
            return (
                "Too little has been charged so far, to any practice, to say how far chance moves "
                "one of your size."
            )
        return "With neither a budget nor a charge, there is nothing yet to set against chance."
    size = f"{formats.pounds(chance.amount)} either way"
    if chance.percent is not None and chance.percent < _ALL:
        share = formats.percent_in_words(chance.percent)
        size = f"{share} ({formats.pounds(chance.amount)}) either way"
    when = _OVER.get(statement.identity.month_number, "")
    years = f"{_number_word(chance.years_in_ten)} years out of ten"
    if chance.within is None:
        return (
            f"There is no budget to differ from, but chance alone moves the spending of a practice "
            f"of your size by up to {size}{when} in {years}."
        )
    verdict = (
        "yours is within that, so it may be no more than chance."
        if chance.within
        else "yours is beyond that, so chance alone is unlikely to explain it."
    )
    return (
        f"For a practice of your size, differences of up to {size}{when} happen by chance alone in "
        f"{years}; {_allowing(chance, statement.identity.month_number)}{verdict}"
    )


def _allowing(chance: Chance, months: int) -> str:
    """What was allowed for before a difference was set against chance."""
    allowances = []
    if formats.whole(chance.late) != "0":
        what = "charges" if chance.late > 0 else "credits"
        size = formats.pounds(abs(chance.late))
        these = "these months" if months > 1 else "this month"
        allowances.append(f"the {size} of {what} that we still expect for {these}")
    if formats.whole(chance.season) != "0":
        allowances.append("the season")
    return f"allowing for {formats.listed(allowances)}, " if allowances else ""


def forecast_sentence(statement: Statement) -> str | None:
    """Where the year is expected to end; None without a forecast."""
    headline = statement.headline
    if headline.forecast is None or headline.forecast_difference is None:
        return None
    over = statement.identity.month_number == _LAST_MONTH
    start = "Once late charges are in, the year" if over else "The year"
    if not headline.budget_set:
        if headline.forecast == 0:
            return None
        return f"{start} is expected to end at {formats.pounds(headline.forecast)}."
    word = standing_word(headline.forecast_difference)
    if word == "on budget":
        return f"{start} is expected to end on budget."
    size = formats.pounds(abs(headline.forecast_difference))
    return f"{start} is expected to end {size} {word}."


def lines_above_usual(statement: Statement) -> int:
    """How many lines, roughly, page 1 has above its chart beyond those of an ordinary statement."""
    who, chance = statement.identity, chance_sentence(statement) or ""
    told = [chance, replaced_sentence(statement) or "", who.contact or ""]
    usual = [_LINE_OF_ANSWER * 2, 0, _LINE_OF_IDENTITY]
    lines = sum(
        -(-max(len(text) - length, 0) // _LINE_OF_ANSWER)
        for text, length in zip(told, usual, strict=True)
    )
    return lines + 2 * len(statement.merged_in) + (len(who.practice_name) > _LINE_OF_NAME) * 2


def _number_word(number: int) -> str:
    words = ("nought", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    return words[number]


def adjustment_words(line: Adjustment) -> str:
    """A line of what changed: the reason, and for what moved from or to where."""
    if line.reason != "moved":
        return REASON_WORDS[line.reason]
    inwards = line.direction != "out"
    if line.by_succession and line.practice_name:
        place = f"{line.practice_name} ({line.practice_code})"
        return f"From practice {place}" if inwards else f"To practice {place}"
    return "Moved to you from other practices" if inwards else "Moved from you to other practices"


def opening_words(changes: Changes) -> str:
    """The first line of what changed."""
    if changes.previous_period is None:
        return "Start of the financial year"
    month = formats.month_name(changes.previous_period)
    if changes.previous_number is None:
        return f"Spent to the end of {month}"
    return f"Spent to the end of {month}, as we told you"


def changed_title(changes: Changes) -> str:
    """The heading of what changed."""
    if changes.previous_period is None:
        return "What was posted this month"
    return f"What changed since {formats.month_name(changes.previous_period)}"


def flex_sentence(months: tuple[MonthPoint, ...], identity: Identity) -> str:
    """Which months may still change, and until when."""
    if all(month.state in ("open", "to_come") for month in months):
        return (
            "Hospitals may still correct any month of the year: no month is fixed, so later "
            "statements can change these figures, and will say what changed."
        )
    flex = [month for month in months if month.state == "flex"]
    if not flex:
        return "Every month to date is fixed: corrections that arrive now are not charged."
    names = formats.listed([formats.month_name(month.month) for month in flex])
    verb = "is" if len(flex) == 1 else "are"
    text = f"{names} {verb} still flex: hospitals may correct {'it' if len(flex) == 1 else 'them'}"
    first = flex[0].freezes_in
    if first is not None and len(flex) > 1:
        text += (
            f"; {formats.month_name(flex[0].month)} becomes fixed with the statement for"
            f" {formats.month_and_year(first)}"
        )
    elif first is not None:
        text += f" until the statement for {formats.month_and_year(first)}"
    return f"{text}."


def verdict_sentence(funnel: Funnel) -> str:
    """Where this practice lies among the others, in a sentence."""
    what = "cost" if funnel.measure == "cost" else "spells"
    if funnel.practice is None or funnel.verdict is None:
        return (
            f"Your {what} cannot be compared: we hold no weighted list for you, or the count is "
            "too small to show."
        )

    def written(value: Decimal) -> str:
        return formats.pounds(value) if funnel.measure == "cost" else formats.tenths(value)

    start = (
        f"{written(funnel.practice.value)} per 1,000 weighted patients; "
        f"all practices {written(funnel.mean)}. "
    )
    side = "above" if funnel.practice.value > funnel.mean else "below"
    if funnel.verdict == "within":
        return f"{start}Within the 95 per cent limits: chance alone can explain it."
    if funnel.verdict.endswith("998"):
        return (
            f"{start}Beyond the 99.8 per cent limit: chance alone puts one practice in a thousand "
            f"as far {side}. Worth a look."
        )
    return (
        f"{start}Between the 95 and the 99.8 per cent limit: chance alone puts one practice in "
        f"forty as far {side}."
    )


def excluded_sentence(pods: tuple[Position, ...]) -> str | None:
    """Which PODs are treated in a way of their own; None if all are held."""
    told = [
        f"{pod.pod_name}: {TREATMENT_WORDS[pod.treatment]}"
        for pod in pods
        if pod.treatment not in (None, "held")
    ]
    return f"{'; '.join(told)}." if told else None
