"""How a spell came to its price, its practice and its postings, as the last close saw it.

Written to be read out on the telephone: each step says the rule, what it was asked of and what it
came to. The patient is not named: neither number nor date of birth stands in an explanation.
"""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import duckdb

from transforms import close as closing
from transforms import mark, warehouse
from transforms.close import STAGES
from transforms.errors import ControlFailure, UsageError
from transforms.site import Site

Row = Mapping[str, Any]

_UNGROUPED = "U"

_NOT_PRICED = {
    "excluded": "excluded from the tariff",
    "ungrouped": "no usable HRG",
    "no_tariff": "no price in the tariff",
}


@dataclass(frozen=True)
class PriceStep:
    """A component of the price: the rule, what it was worked out from, and pounds."""

    component: str
    working: str
    amount: Decimal


@dataclass(frozen=True)
class RuleTried:
    """A rule of attribution: whether it held, and why. One that was not asked did not hold."""

    rule: str
    holds: bool
    why: str


@dataclass(frozen=True)
class PostingLine:
    """A posting of the spell, in the order in which they were made."""

    period: str
    revision: int
    kind: str
    reason: str
    charge_reference: str
    budget_holder: str
    budget_holder_name: str | None
    activity_month: str
    pod: str
    hrg_code: str | None
    tariff_edition: str | None
    amount: Decimal


@dataclass(frozen=True)
class Explanation:
    """Everything there is to tell of a spell.

    `stay`, `episodes`, `hrg`, `price_steps` and `waterfall` are empty for a spell that is not live
    any more, `price_steps` for one that is still open. Sentences are for people; the figures
    beside them are exact.
    """

    spell_id: str
    commissioner: str
    period: str
    revision: int
    stay: tuple[str, ...]
    episodes: tuple[str, ...]
    hrg: tuple[str, ...]
    price_status: str | None
    price_reason: str
    price_steps: tuple[PriceStep, ...]
    total_price: Decimal | None
    attribution_basis: str | None
    practice_code: str | None
    waterfall: tuple[RuleTried, ...]
    responsible: bool | None
    responsibility: str
    budget_holder: str | None
    succession: tuple[str, ...]
    postings: tuple[PostingLine, ...]
    standing: Decimal
    standing_words: str


def explain(site: Site, commissioner: str, spell_id: str) -> Explanation:
    """Explain a spell. Raises UsageError where no close knows it."""
    with warehouse.open_warehouse(
        site, commissioner, "explaining a spell", read_only=True
    ) as connection:
        last = closing.latest(connection)
        if last is None:
            raise UsageError("No period is closed yet, so there is no price to explain.")
        stage = last["stage"]
        if stage not in STAGES or STAGES.index(stage) < STAGES.index("ledger"):
            raise ControlFailure(
                f"The close of {last['period']:%Y-%m} was not finished (last stage: {stage}). "
                f"Run 'pbc close {last['period']:%Y-%m}' first."
            )
        close = mark.read(connection, commissioner, last["close_number"])
        close.set_variables(connection)
        connection.execute("set variable spell_id = $spell_id", {"spell_id": spell_id})
        return _explanation(connection, close, spell_id)


def _explanation(
    connection: duckdb.DuckDBPyConnection, close: mark.Close, spell_id: str
) -> Explanation:
    postings = tuple(PostingLine(**row) for row in _query(connection, "posting"))
    found = _query(connection, "spell")
    if not found and not postings:
        raise UsageError(
            f"There is no spell {spell_id} in the close of {close.period}. A spell is named by its "
            "provider, a hyphen and the provider's spell number, as in the export 'charges'."
        )
    standing = sum((each.amount for each in postings), Decimal("0.00"))
    held = _query(connection, "held")
    if not found:
        return Explanation(
            spell_id=spell_id,
            commissioner=close.commissioner,
            period=str(close.period),
            revision=close.revision,
            stay=(),
            episodes=(),
            hrg=(),
            price_status=None,
            price_reason="The spell is not live any more: its episodes were deleted or replaced.",
            price_steps=(),
            total_price=None,
            attribution_basis=None,
            practice_code=None,
            waterfall=(),
            responsible=None,
            responsibility="",
            budget_holder=None,
            succession=(),
            postings=postings,
            standing=standing,
            standing_words=_held_words(held) or "Nothing of it is charged.",
        )
    spell = found[0]
    connection.execute("set variable asked_on = $day::date", {"day": spell["asked_on"]})
    episodes = _query(connection, "episode")
    local_prices = _query(connection, "local_price")
    return Explanation(
        spell_id=spell_id,
        commissioner=close.commissioner,
        period=str(close.period),
        revision=close.revision,
        stay=tuple(_stay(spell)),
        episodes=tuple(map(_episode, episodes)),
        hrg=tuple(_hrg(spell, episodes)),
        price_status=spell["price_status"],
        price_reason=_price_reason(spell),
        price_steps=tuple(_price_steps(spell, local_prices, _query(connection, "top_up"))),
        total_price=spell["total_price"],
        attribution_basis=spell["attribution_basis"],
        practice_code=spell["practice_code"],
        waterfall=tuple(
            _waterfall(spell, _query(connection, "registration"), _query(connection, "gp"), close)
        ),
        responsible=spell["responsible"],
        responsibility=_responsibility(spell, _query(connection, "membership"), close),
        budget_holder=spell["budget_holder"],
        succession=tuple(map(_succession, _query(connection, "succession"))),
        postings=postings,
        standing=standing,
        standing_words=_held_words(held) or _standing_words(spell, close),
    )


def _query(connection: duckdb.DuckDBPyConnection, name: str) -> list[Row]:
    return list(warehouse.rows(connection, warehouse.read(f"explain/{name}.sql")))


# The stay and its HRG


def _stay(spell: Row) -> list[str]:
    discharged = (
        "not discharged by the period's end"
        if spell["is_open"]
        else f"discharged {spell['discharge_date']}"
    )
    lines = [
        f"At {_named(spell['provider_code'], spell['provider_name'])}: admitted "
        f"{spell['admission_date']} ({spell['admission_method_name']}; "
        f"{spell['patient_classification_name']}), {discharged}."
    ]
    if spell["discharge_date"] is None:
        return lines
    elsewhere = spell["length_of_stay"] - spell["adjusted_length_of_stay"]
    nights = f"Length of stay {_counted(spell['length_of_stay'], 'night')}"
    if elsewhere:
        nights += (
            f", of which {elsewhere} in critical care, rehabilitation or palliative care, which "
            f"are paid otherwise: adjusted length of stay {spell['adjusted_length_of_stay']}"
        )
    age = "not known (counts as an adult)" if spell["age"] is None else spell["age"]
    edition = (
        f"priced by tariff edition {spell['edition']} (edition {spell['edition_number']} of "
        f"the year, {spell['currency']})"
        if spell["edition"]
        else "for which there is no tariff edition"
    )
    lines += [
        f"{nights}. Age at admission: {age}.",
        f"Point of delivery {_pod(spell)}, admission type {spell['admission_type']}.",
        f"Activity month {_month(spell['activity_month'])}, of financial year "
        f"{spell['financial_year']}, {edition}.",
    ]
    if spell["edition_source"]:
        lines.append(f"The edition says of itself: {spell['edition_source']}")
    return lines


def _episode(row: Row) -> str:
    words = [
        f"Episode {row['episode_number']}, {row['episode_start_date']} to "
        f"{row['episode_end_date']}: HRG {row['hrg_code'] or 'none'}"
    ]
    if row["spell_hrg_code"]:
        words.append(f"spell HRG {row['spell_hrg_code']}")
    if row["best_procedure"]:
        words.append(f"procedure {row['best_procedure']} ranks {row['best_rank']}")
    if row["is_excluded"]:
        words.append(f"excluded by rule {row['exclusion_rule']} ({row['exclusion_reason']})")
    return ", ".join(words)


def _hrg(spell: Row, episodes: Sequence[Row]) -> list[str]:
    asked = [row for row in episodes if spell["all_excluded"] or not row["is_excluded"]]
    which = "all, since every one is excluded" if spell["all_excluded"] else "those not excluded"
    told = [row for row in asked if row["spell_hrg_code"]]
    if told:
        why = (
            f"the spell HRG that episode {told[-1]['episode_number']}, the last with one, came with"
        )
    elif len(asked) == 1:
        why = f"the HRG of episode {asked[0]['episode_number']}, the only one that counts"
    else:
        grouped = [row for row in asked if not _is_ungrouped(row["hrg_code"])]
        dominant = min(grouped or asked, key=_dominance)
        rank = dominant["best_rank"]
        why = (
            f"the HRG of episode {dominant['episode_number']}, which is dominant: "
            + (f"its best procedure ranks {rank}" if rank is not None else "no procedure is ranked")
            + f", it lasts {_counted(dominant['nights'], 'night')}"
        )
    name = f" ({spell['hrg_name']})" if spell["hrg_name"] else ""
    line = f"HRG {spell['hrg_code'] or 'none'}{name}: {why}"
    return [f"{line}; of {len(episodes)} episodes, {which}." if len(episodes) > 1 else f"{line}."]


def _is_ungrouped(hrg_code: str | None) -> bool:
    return hrg_code is None or hrg_code.startswith(_UNGROUPED)


def _dominance(row: Row) -> tuple[Any, ...]:
    rank = row["best_rank"]
    return (
        rank is None,
        rank or 0,
        -row["nights"],
        row["episode_start_date"],
        row["episode_number"],
    )


# The price


def _price_reason(spell: Row) -> str:
    status = spell["price_status"]
    if status is None:
        return "Still open at the period's end: a spell is priced when it ends."
    row = f"{spell['tariff_place']} {spell['tariff_line']}" if spell["tariff_line"] else ""
    match status:
        case "excluded" if spell["pod"] == "regular":
            return "Excluded: a regular attender, whom the tariff does not price."
        case "excluded":
            return (
                f"Excluded by rule {spell['exclusion_rule']} (exclusions.csv, line "
                f"{spell['exclusion_line']}): {spell['exclusion_reason']}. Every episode meets a "
                "rule, and no local price matches."
            )
        case "local" if spell["all_excluded"]:
            return (
                f"Local: every episode is excluded ({spell['rule_reason']}) and a local price "
                "matches."
            )
        case "local":
            return "Local: the tariff has no price for the HRG and point of delivery."
        case "ungrouped":
            return "Ungrouped: there is no HRG, or one that starts with U, which is no group."
        case "no_tariff" if not spell["edition"]:
            return f"No tariff: there is no edition for {spell['financial_year']}."
        case "no_tariff":
            has_row = f" ({row} is without one)" if row else ""
            return (
                f"No tariff: edition {spell['edition']} has no {_pod(spell)} price for HRG "
                f"{spell['hrg_code']}{has_row}, and no local price matches."
            )
        case _:
            return f"Priced by {row} of edition {spell['edition']}."


def _price_steps(
    spell: Row, local_prices: Sequence[Row], top_ups: Sequence[Row]
) -> list[PriceStep]:
    status = spell["price_status"]
    if status is None:
        return []
    if status == "local":
        return [
            PriceStep("Base price", _local_working(spell, local_prices[0]), spell["base_price"]),
            PriceStep("All other components", "none on a local price", Decimal("0.00")),
        ]
    if status != "priced":
        return []
    return [
        PriceStep(
            "Base price",
            f"the {_pod(spell)} price of HRG {spell['hrg_code']}, "
            f"{spell['tariff_place']} {spell['tariff_line']}",
            spell["base_price"],
        ),
        PriceStep(
            "Short stay adjustment", _short_stay_working(spell), spell["short_stay_adjustment"]
        ),
        PriceStep("Excess day payment", _excess_working(spell), spell["excess_day_payment"]),
        PriceStep("Top-up payment", _top_up_working(spell, top_ups), spell["top_up_payment"]),
        PriceStep(
            "Market forces payment", _market_forces_working(spell), spell["market_forces_payment"]
        ),
    ]


def _local_working(spell: Row, price: Row) -> str:
    whom = " and ".join(
        filter(
            None,
            (
                f"provider {price['provider_code']}" if price["provider_code"] else "",
                f"point of delivery {price['pod']}" if price["pod"] else "",
            ),
        )
    )
    line = f"local_prices.csv line {price['line']}, for {whom or 'anyone'}"
    if price["per"] == "day":
        days = max(spell["length_of_stay"], 1)
        return f"{line}: {_counted(days, 'day')} x {_money(price['price'])}"
    return line


def _short_stay_working(spell: Row) -> str:
    if spell["admission_type"] != "emergency":
        return f"none: only for an emergency, and this is {spell['admission_type']}"
    if spell["adjusted_length_of_stay"] >= 2:
        return f"none: only under 2 nights, and this is {spell['adjusted_length_of_stay']}"
    if spell["age"] is not None and spell["age"] < spell["short_stay_minimum_age"]:
        return f"none: only from age {spell['short_stay_minimum_age']}, and this is {spell['age']}"
    if spell["short_stay_percent"] is None:
        return "none: the tariff gives the HRG no short stay percentage"
    percent = _number(spell["short_stay_percent"])
    base = _money(spell["base_price"])
    return f"emergency under 2 nights: {percent}% of {base}, less {base}"


def _excess_working(spell: Row) -> str:
    if spell["pod"] == "daycase":
        return "none for a day case"
    if spell["trim_point"] is None:
        return f"none: the tariff gives the HRG no {_pod(spell)} trim point"
    stay = (
        f"{_counted(spell['adjusted_length_of_stay'], 'night')} against a trim point of "
        f"{spell['trim_point']}"
    )
    if not spell["excess_days"]:
        return f"none: {stay}"
    each = spell["excess_day_price"]
    price = "no excess day price in the tariff" if each is None else _money(each)
    return f"{stay}: {_counted(spell['excess_days'], 'day')} x {price}"


def _top_up_working(spell: Row, top_ups: Sequence[Row]) -> str:
    tried: list[str] = []
    for row in top_ups:
        what = f"{row['service']} (top_ups.csv line {row['line']}, {row['field']} {row['value']})"
        if row["is_eligible"] and row["is_of_age"]:
            base = _money(spell["base_price"] + spell["short_stay_adjustment"])
            beaten = f"; not: {'; '.join(tried)}" if tried else ""
            return f"{what}: {_number(row['rate_percent'])}% of {base}{beaten}"
        whose = "the provider is not eligible" if not row["is_eligible"] else "outside its ages"
        tried.append(f"{what}: {whose}")
    return "none: " + ("; ".join(tried) or "no diagnosis or procedure of a specialised service")


def _market_forces_working(spell: Row) -> str:
    if not spell["market_forces_in_price"]:
        return "none: the edition has market forces paid centrally"
    index = spell["market_forces_index"]
    if index is None:
        return (
            "none: market_forces.csv has no index for the provider, so 1 is taken, with a warning"
        )
    before = (
        spell["base_price"]
        + spell["short_stay_adjustment"]
        + spell["excess_day_payment"]
        + spell["top_up_payment"]
    )
    return (
        f"{_money(before)} x ({_number(index)} - 1), market_forces.csv line "
        f"{spell['market_forces_line']}"
    )


# Who answers


def _waterfall(
    spell: Row, registrations: Sequence[Row], gps: Sequence[Row], close: mark.Close
) -> list[RuleTried]:
    asked = (
        ("registration", "On a registration list", _registration(spell, registrations)),
        ("submitted_practice", "The practice that was submitted", _submitted(spell)),
        ("submitted_gp", "The practice of the GP that was submitted", _gp(spell, gps)),
        ("resident", "A resident of this commissioner", _resident(spell, close)),
        ("none", "Nothing holds", "no rule before holds, so nobody here answers"),
    )
    tried = []
    for basis, rule, why in asked:
        holds = basis == spell["attribution_basis"]
        if basis != "none" or holds:
            tried.append(RuleTried(rule, holds, why))
        if holds:
            break
    return tried


def _registration(spell: Row, rows: Sequence[Row]) -> str:
    day = spell["asked_on"]
    if not spell["has_nhs_number"]:
        return "no NHS number was submitted"
    if not spell["nhs_number_is_valid"]:
        return "the NHS number is not valid, so the list is not asked"
    holding = [row for row in rows if row["holds"]]
    if not holding:
        dates = "; ".join(f"{row['practice_code']} {_dates(row)}" for row in rows)
        return f"registered with nobody on {day}" + (f" (at other times: {dates})" if dates else "")
    return f"registered on {day} with {_settled(holding)}"


def _settled(rows: Sequence[Row]) -> str:
    """The claim that counts, and those it came before: latest start, then lowest code."""
    first, *others = rows
    words = f"practice {first['practice_code']} ({_dates(first)})"
    if others:
        beaten = ", ".join(f"{row['practice_code']} ({_dates(row)})" for row in others)
        words += f", which comes before {beaten}: the latest start, then the lowest code"
    return words


def _submitted(spell: Row) -> str:
    code, day = spell["gp_practice_code"], spell["asked_on"]
    if code is None:
        return "no practice was submitted"
    if spell["is_default_practice"]:
        return f"{code} is a default code: it says that the practice is not known"
    if not spell["is_known_practice"]:
        return f"practice {code} is not in the list of practices"
    named = _named(code, spell["submitted_practice_name"])
    if spell["open_date"] is not None and spell["open_date"] > day:
        return f"practice {named} opened on {spell['open_date']}, after {day}"
    if spell["close_date"] is not None and spell["close_date"] < day:
        return f"practice {named} closed on {spell['close_date']}, before {day}"
    return f"the hospital gave practice {named}, which was open on {day}"


def _gp(spell: Row, rows: Sequence[Row]) -> str:
    if spell["gmp_code"] is None:
        return "no GP was submitted"
    holding = [row for row in rows if row["holds"]]
    if not holding:
        return f"GP {spell['gmp_code']} is placed nowhere on {spell['asked_on']}"
    return f"GP {spell['gmp_code']} was on {spell['asked_on']} at {_settled(holding)}"


def _resident(spell: Row, close: mark.Close) -> str:
    code = spell["residence_commissioner"]
    if code is None:
        return "no commissioner of residence was submitted"
    if code != close.commissioner:
        return f"a resident of {code}, not of {close.commissioner}"
    return f"a resident of {code} without a practice: in suspense, as RESIDENT"


def _responsibility(spell: Row, memberships: Sequence[Row], close: mark.Close) -> str:
    if spell["attribution_basis"] == "resident":
        return f"Responsible: {close.commissioner} answers for its residents; no practice is asked."
    if not spell["responsible"]:
        rows = "; ".join(f"{row['commissioner_code']} {_dates(row)}" for row in memberships)
        listed = f" (its memberships: {rows})" if rows else ""
        return f"Not responsible: {spell['not_responsible_reason']}{listed}."
    ours = next(
        row
        for row in memberships
        if row["holds"] and row["commissioner_code"] == close.commissioner
    )
    return (
        f"Responsible: practice {_named(spell['practice_code'], spell['practice_name'])} is with "
        f"{close.commissioner} ({_dates(ours)})."
    )


def _succession(row: Row) -> str:
    link = f"{row['successor_code']} succeeds {row['practice_code']} from {row['successor_from']}"
    if not row["has_come"]:
        return f"{link}: after the period's end, so not yet."
    if not row["is_of_the_year"]:
        return f"{link}: for activity of {row['financial_year']} and later, so not for this month."
    return f"{link}: followed."


# The ledger


def _held_words(held: Sequence[Row]) -> str:
    if not held:
        return ""
    return (
        f"A change of {_money(held[0]['amount'])} is held by the freeze of "
        f"{held[0]['activity_month']}: known, and not posted."
    )


def _standing_words(spell: Row, close: mark.Close) -> str:
    if spell["price_status"] is None:
        return "Not charged: not discharged by the period's end."
    if not spell["responsible"]:
        return f"Not charged: another commissioner's. {_sentence(spell['not_responsible_reason'])}"
    if spell["price_status"] not in ("priced", "local"):
        return (
            f"Not charged: {_NOT_PRICED[spell['price_status']]}. It is shown in the practice's "
            "detail file."
        )
    if spell["is_before_ledger"]:
        return f"Not charged: its month is before the ledger opens ({close.config.ledger.opens})."
    return f"Charged to {_named(spell['budget_holder'], spell['budget_holder_name'])}."


# Words


def _named(code: str, name: str | None) -> str:
    return f"{code} ({name})" if name and name != code else code


def _pod(spell: Row) -> str:
    return str(spell["pod"]).replace("_", "-")


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _dates(row: Row) -> str:
    start, end = row["start_date"], row["end_date"]
    return f"from {start} on" if end is None else f"from {start} to {end}"


def _money(amount: Decimal) -> str:
    return f"{amount:,.2f}"


def _number(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _month(day: datetime.date) -> str:
    return f"{day:%Y-%m}"


def show(explanation: Explanation) -> str:
    """The explanation as lines of text."""
    told = explanation
    lines = [
        f"Spell {told.spell_id}, as the close of {told.period} (revision {told.revision}) of "
        f"{told.commissioner} saw it",
        *_section("The stay", [*told.stay, *told.episodes, *told.hrg]),
        *_section("The price", [told.price_reason]),
        *_table(told.price_steps, told.total_price),
    ]
    if told.waterfall:
        lines += _section("Who answers for it", [])
        for number, rule in enumerate(told.waterfall, start=1):
            verdict = "yes" if rule.holds else "no"
            lines.append(f"  {number}. {rule.rule}: {verdict}. {_sentence(rule.why)}")
        lines += [f"  {told.responsibility}", *(f"  {link}" for link in told.succession)]
        if told.budget_holder:
            lines.append(f"  Its budget holder is {told.budget_holder}.")
    lines += _section("In the ledger", [])
    for each in told.postings:
        lines.append(
            f"  {each.period} r{each.revision}  {each.kind:<6} {each.reason:<9} "
            f"{_money(each.amount):>12}  {each.budget_holder} for {each.activity_month}, "
            f"{each.pod} {each.hrg_code or ''}  {each.charge_reference}"
        )
    lines.append(f"  Stands in the ledger: {_money(told.standing)}. {told.standing_words}")
    return "\n".join(lines)


def _section(title: str, lines: Sequence[str]) -> list[str]:
    return ["", title, *(f"  {line}" for line in lines)]


def _table(steps: Sequence[PriceStep], total: Decimal | None) -> list[str]:
    lines = [
        f"  {number}. {step.component:<22} {_money(step.amount):>12}  {step.working}"
        for number, step in enumerate(steps, start=1)
    ]
    if total is not None:
        lines.append(f"     {'Total price':<22} {_money(total):>12}")
    return lines


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."
