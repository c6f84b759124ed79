"""Figures, months and dates as British readers write them."""

from datetime import date
from decimal import Decimal

import pytest

from transforms.documents import formats


def minus(text: str) -> str:
    """The same with a true minus, which is easily mistaken for a hyphen here."""
    return text.replace("-", formats.MINUS)


@pytest.mark.parametrize(
    ("value", "whole", "signed", "pounds"),
    [
        ("1464620.35", "1,464,620", "+1,464,620", "£1,464,620"),
        ("-2460", "-2,460", "-2,460", "-£2,460"),
        ("0.50", "1", "+1", "£1"),  # half away from zero
        ("-0.50", "-1", "-1", "-£1"),
        ("2.50", "3", "+3", "£3"),
        ("0.49", "0", "0", "£0"),
        ("-0.49", "0", "0", "£0"),  # no minus before a nought
    ],
)
def test_whole_pounds(value: str, whole: str, signed: str, pounds: str) -> None:
    amount = Decimal(value)
    assert formats.whole(amount) == minus(whole)
    assert formats.signed_whole(amount) == minus(signed)
    assert formats.pounds(amount) == minus(pounds)


def test_pence() -> None:
    assert formats.pence(Decimal("1464620.35")) == "1,464,620.35"
    assert formats.signed_pence(Decimal("-6431.07")) == minus("-6,431.07")
    assert formats.pounds_and_pence(Decimal("-5")) == minus("-£5.00")


@pytest.mark.parametrize(
    ("value", "short"),
    [
        ("16920", "+£16.9k"),
        ("-50000", "-£50k"),
        ("0", "£0"),
        ("999.60", "+£1k"),
        ("1000", "+£1k"),
        ("1250000", "+£1.25m"),
        ("-2000000", "-£2m"),
        ("12.40", "+£12"),
    ],
)
def test_short_pounds(value: str, short: str) -> None:
    assert formats.short_pounds(Decimal(value)) == minus(short)


def test_percentages() -> None:
    assert formats.percent(Decimal("94.05")) == "94.1%"
    assert formats.signed_percent(Decimal("-0.84")) == minus("-0.8%")
    assert formats.percent_in_words(Decimal("-1.95")).replace("\xa0", " ") == "2.0 per cent"


def test_months_and_dates() -> None:
    assert formats.month_range("2004-04", "2004-09") == "April to September 2004"
    assert formats.month_range("2004-04", "2005-01") == "April 2004 to January 2005"
    assert formats.month_range("2004-04", "2004-04") == "April 2004"
    assert formats.long_date(date(2004, 11, 4)).replace("\xa0", " ") == "4 November 2004"


def test_counted_and_listed() -> None:
    assert formats.spells(1).replace("\xa0", " ") == "1 spell"
    assert formats.spells(1529).replace("\xa0", " ") == "1,529 spells"
    assert formats.listed([]) == ""
    assert formats.listed(["July"]) == "July"
    assert formats.listed(["July", "August", "September"]) == "July, August and September"
