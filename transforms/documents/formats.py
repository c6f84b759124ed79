"""How figures, months and dates are written: as British readers write them, with a true minus.

Rounding here is for the eye alone (half away from zero); every figure in a workbook keeps its
pence. No-break spaces hold together what must not part at the end of a line.
"""

import calendar
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

MINUS = "\N{MINUS SIGN}"
NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"

_POUND = Decimal(1)
_PENNY = Decimal("0.01")
_TENTH = Decimal("0.1")


def _grouped(value: Decimal, unit: Decimal) -> str:
    """The size of a number, rounded to the unit, with thousands commas."""
    return f"{abs(value).quantize(unit, rounding=ROUND_HALF_UP):,}"


def _sign(value: Decimal, unit: Decimal, plus: str = "") -> str:
    """The sign of the number as written: none if it is written as nought."""
    rounded = value.quantize(unit, rounding=ROUND_HALF_UP)
    if rounded == 0:
        return ""
    return MINUS if rounded < 0 else plus


def number(value: int) -> str:
    """A count: ``1,529``."""
    return f"{MINUS if value < 0 else ''}{abs(value):,}"


def whole(value: Decimal) -> str:
    """A figure of a table in whole pounds: ``1,464,620``."""
    return _sign(value, _POUND) + _grouped(value, _POUND)


def signed_whole(value: Decimal) -> str:
    """The same with its sign: ``+16,920``."""
    return _sign(value, _POUND, "+") + _grouped(value, _POUND)


def pence(value: Decimal) -> str:
    """A figure of a table to the penny: ``1,464,620.35``."""
    return _sign(value, _PENNY) + _grouped(value, _PENNY)


def signed_pence(value: Decimal) -> str:
    """The same with its sign: ``+6,431.07``."""
    return _sign(value, _PENNY, "+") + _grouped(value, _PENNY)


def pounds(value: Decimal) -> str:
    """A sum in a sentence, in whole pounds: ``£16,920``."""
    return f"{_sign(value, _POUND)}£{_grouped(value, _POUND)}"


def signed_pounds(value: Decimal) -> str:
    """The same with its sign: ``+£16,920``."""
    return f"{_sign(value, _POUND, '+')}£{_grouped(value, _POUND)}"


def pounds_and_pence(value: Decimal) -> str:
    """A sum in a sentence, to the penny: ``£16,920.14``."""
    return f"{_sign(value, _PENNY)}£{_grouped(value, _PENNY)}"


def short_pounds(value: Decimal, plus: str = "+") -> str:
    """A sum on a chart, short and signed: ``+£16.9k``, ``+£1.25m``, ``£0``.

    A noughts-only end is dropped (``£50k``), so that the ticks of an axis stay short.
    """
    size = abs(value)
    for unit, suffix, places in (
        (Decimal(1_000_000), "m", _PENNY),
        (Decimal(1_000), "k", _TENTH),
        (Decimal(1), "", _POUND),
    ):
        scaled = (size / unit).quantize(places, rounding=ROUND_HALF_UP)
        if scaled >= 1 or unit == 1:
            text = f"{scaled:,}"
            if "." in text:
                text = text.rstrip("0").rstrip(".")
            sign = MINUS if value < 0 and scaled else plus if value > 0 and scaled else ""
            return f"{sign}£{text}{suffix}"
    raise AssertionError("the last unit always fits")


def tenths(value: Decimal) -> str:
    """A number to one decimal: ``126.4``."""
    return _sign(value, _TENTH) + _grouped(value, _TENTH)


def percent(value: Decimal) -> str:
    """A percentage in a table: ``94.1%``."""
    return f"{_sign(value, _TENTH)}{_grouped(value, _TENTH)}%"


def signed_percent(value: Decimal) -> str:
    """The same with its sign: ``+1.2%``."""
    return f"{_sign(value, _TENTH, '+')}{_grouped(value, _TENTH)}%"


def percent_in_words(value: Decimal) -> str:
    """The size of a percentage in a sentence: ``1.9 per cent``."""
    return f"{_grouped(value, _TENTH)}{NO_BREAK_SPACE}per{NO_BREAK_SPACE}cent"


def month_name(month: str) -> str:
    """``2004-09`` as ``September``."""
    return calendar.month_name[int(month[5:])]


def month_and_year(month: str) -> str:
    """``2004-09`` as ``September 2004``."""
    return f"{month_name(month)} {month[:4]}"


def month_short(month: str) -> str:
    """``2004-09`` as ``Sep``."""
    return calendar.month_abbr[int(month[5:])]


def month_range(first: str, last: str) -> str:
    """``April to September 2004``; one month, or a range over New Year, names what it must."""
    if first == last:
        return month_and_year(first)
    if first[:4] == last[:4]:
        return f"{month_name(first)} to {month_and_year(last)}"
    return f"{month_and_year(first)} to {month_and_year(last)}"


def long_date(day: date) -> str:
    """``14 November 2004``."""
    return f"{day.day}{NO_BREAK_SPACE}{calendar.month_name[day.month]} {day.year}"


def published_day(text: str) -> str:
    """When a tariff edition was published: a date as British readers write it, other text as is."""
    try:
        return long_date(date.fromisoformat(text))
    except ValueError:
        return text


def spells(count: int) -> str:
    """``1 spell``, ``2 spells``."""
    return f"{number(count)}{NO_BREAK_SPACE}{'spell' if count == 1 else 'spells'}"


def listed(items: list[str]) -> str:
    """``July, August and September``."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"
