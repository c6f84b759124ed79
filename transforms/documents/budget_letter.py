"""A practice's budget letter as HTML, from its package alone, and its sentences."""

from decimal import Decimal

from transforms.budgets.letter_package import BudgetLetter, LetterWorking, Step
from transforms.documents import formats, steps_chart
from transforms.documents.templates import environment

_LONG_NAME = 45  # characters, of a line in large type
_LINES_OF_A_PAGE = 12

_SPREAD_WORDS = {
    "calendar_days": "by calendar days",
    "working_days": "by working days",
    "profile": "by a profile of seasons",
}


def letter_html(letter: BudgetLetter, package_hash: str) -> str:
    """The whole document; `package_hash` is the SHA-256 of its letter.json."""
    working = letter.working
    template = environment().get_template("budget_letter/budget_letter.html")
    return template.render(
        letter=letter,
        working=working,
        package_hash=package_hash,
        chart=None if working is None else steps_chart.steps_chart(chart_steps(letter)),
        sentence=sentence(letter),
        step_words={step.step: step_words(letter, step) for step in steps_of(letter)},
        status_sentence=status_sentence(letter),
        scope_sentences=scope_sentences(letter),
        spread_sentence=spread_sentence(letter),
        share_lines=share_lines(working) if working else (),
        dense=lines_of(letter) > _LINES_OF_A_PAGE,
    )


def lines_of(letter: BudgetLetter) -> int:
    """How much there is to say, roughly in lines of a table, beyond what every letter says."""
    working = letter.working
    lines = 2 * len(scope_sentences(letter)) + 2 * (len(letter.practice_name) > _LONG_NAME)
    if working is not None:
        lines += len(working.steps) + 6 * (working.fair_share is not None)
        lines += len(working.years) + 1 if len(working.years) > 1 else 0
    return lines


def steps_of(letter: BudgetLetter) -> tuple[Step, ...]:
    """The lines of the working; none for a budget set by hand."""
    return letter.working.steps if letter.working else ()


def percent(value: Decimal) -> str:
    """A percentage of a rule as it stands there: ``6.5 per cent``."""
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    space = formats.NO_BREAK_SPACE
    return f"{text.replace('-', formats.MINUS)}{space}per{space}cent"


def _amount_of(letter: BudgetLetter, name: str) -> Decimal:
    return next((step.total for step in steps_of(letter) if step.step == name), Decimal(0))


def sentence(letter: BudgetLetter) -> str:
    """How the budget came about, in a sentence or two."""
    working = letter.working
    if working is None:
        return (
            f"{letter.commissioner_name} set this budget by hand, not by the rule for the year, so "
            "there is no working to show."
        )
    years = [year.financial_year for year in working.years]
    if working.method == "highest_of_years" and len(years) > 1:
        base = (
            f"It starts from what you spent in {working.base_year}, the dearest for you of "
            f"{formats.listed(years)}"
        )
    else:
        base = f"It starts from what you spent in {working.base_year}"
    told = [*_uplift_words(letter), *_movement_words(letter), *_scaling_words(letter)]
    text = f"{base}, {formats.listed(told)}." if told else f"{base}."
    fund = -_amount_of(letter, "contingency")
    if fund:
        text += f" {formats.pounds(fund)} of that goes to the ring-fenced contingency fund."
    return text


def _uplift_words(letter: BudgetLetter) -> list[str]:
    uplift = _amount_of(letter, "uplift")
    if not uplift:
        return []
    word = "raised" if uplift > 0 else "lowered"
    return [f"{word} by an uplift of {formats.pounds(uplift)}"]


def _movement_words(letter: BudgetLetter) -> list[str]:
    movement = _amount_of(letter, "movement")
    if not movement:
        return []
    word = "raised" if movement > 0 else "lowered"
    return [f"{word} by {formats.pounds(abs(movement))} towards your fair share"]


def _scaling_words(letter: BudgetLetter) -> list[str]:
    scaling = _amount_of(letter, "scaling")
    if not scaling:
        return []
    return [
        f"lowered by {formats.pounds(abs(scaling))} so that all budgets together fit the resource"
    ]


def step_words(letter: BudgetLetter, step: Step) -> str:
    """The name of a line of the working."""
    if step.step == "base":
        return f"Spent in {letter.working.base_year if letter.working else 'earlier years'}"
    if step.step == "uplift":
        return f"Uplift, {_uplift_rates(letter, step)}"
    if step.step == "movement":
        return "Towards your fair share"
    if step.step == "scaling":
        return "Scaled to the resource"
    if step.step == "contingency":
        return f"Contingency, {percent(step.percents[0])}"
    return f"Budget for {letter.financial_year}"


def _uplift_rates(letter: BudgetLetter, step: Step) -> str:
    """One rate, or each with its points of delivery."""
    rates: dict[Decimal, list[str]] = {}
    for rate, pod in zip(step.percents, letter.pods, strict=True):
        rates.setdefault(rate, []).append(pod.pod_name.lower())
    if len(rates) == 1:
        return percent(step.percents[0])
    commonest = max(rates, key=lambda rate: len(rates[rate]))
    others = [
        f"{formats.listed(pods)} {percent(rate)}"
        for rate, pods in rates.items()
        if rate != commonest
    ]
    return f"{percent(commonest)} ({'; '.join(others)})"


def chart_steps(letter: BudgetLetter) -> list[steps_chart.ChartStep]:
    """The working as the chart draws it, over the points of delivery that count in the total."""
    short = {
        "uplift": "Uplift",
        "movement": "Fair share",
        "scaling": "Scaling",
        "contingency": "Contingency fund",
    }
    return [
        steps_chart.ChartStep(
            words=short.get(step.step) or step_words(letter, step),
            amount=step.total,
            is_level=step.step in ("base", "annual"),
        )
        for step in steps_of(letter)
    ]


def status_sentence(letter: BudgetLetter) -> str:
    """What the practice's status means for it."""
    if letter.status == "budget_holder":
        return (
            "You signed up to hold this budget. Each monthly statement sets your spending against "
            "it, and what you save counts as yours."
        )
    return (
        "You have not signed up to hold a budget, so this one is for information. Each monthly "
        "statement sets your spending against it, but savings are not yours."
    )


def scope_sentences(letter: BudgetLetter) -> tuple[str, ...]:
    """Points of delivery that are not simply held, each in a sentence."""
    told = {
        "blocked_back": "{0} is commissioned for you by {1}, and counts in your budget.",
        "excluded": "{0} is shown on your statements, but is not in your total.",
    }
    return tuple(
        told[pod.treatment].format(pod.pod_name, letter.commissioner_name)
        for pod in letter.pods
        if pod.treatment in told
    )


def spread_sentence(letter: BudgetLetter) -> str:
    """How the year's amounts are spread over its months."""
    by_spread: dict[str, list[str]] = {}
    for pod in letter.pods:
        by_spread.setdefault(pod.spread, []).append(pod.pod_name.lower())
    told = [f"{_SPREAD_WORDS[how]} for {formats.listed(pods)}" for how, pods in by_spread.items()]
    return f"Over the months of the year it is spread {'; '.join(told)}."


def share_lines(working: LetterWorking) -> tuple[tuple[str, str], ...]:
    """How the movement towards a fair share was worked out, line by line."""
    share = working.fair_share
    if share is None:
        return ()
    lines = [
        ("Resource to be shared out", formats.pence(share.resource)),
        (
            f"Your fair share: {formats.pence(share.weighted_list_size)} of "
            f"{formats.pence(share.all_weighted_lists)} weighted patients "
            f"({percent(share.share_percent)})",
            formats.pence(share.target),
        ),
        ("What you have: base and uplift", formats.pence(share.has)),
        ("Distance to your fair share", formats.signed_pence(share.distance)),
        (
            f"Of the distance, {percent(100 * share.pace)} this year",
            formats.signed_pence(share.uncapped_movement),
        ),
    ]
    if share.maximum_change_percent is not None:
        lines.append(
            (
                f"Held to {percent(share.maximum_change_percent)} of what you have, either way",
                formats.signed_pence(share.movement),
            )
        )
    return tuple(lines)
