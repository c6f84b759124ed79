"""Pounds and pence: rounding half away from zero, and splitting a total without losing a penny."""

from collections.abc import Mapping
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import TypeVar

Key = TypeVar("Key", str, tuple[str, str])

PENNY = Decimal("0.01")
ZERO = Decimal("0.00")


def to_penny(amount: Decimal | Fraction) -> Decimal:
    """Rounds to the penny, half away from zero. A fraction is rounded from its exact value."""
    if isinstance(amount, Decimal):
        return amount.quantize(PENNY, ROUND_HALF_UP)
    pence, rest = divmod(abs(amount) * 100, 1)
    rounded = pence + (rest >= Fraction(1, 2))
    return Decimal(rounded if amount >= 0 else -rounded) * PENNY


def split(total: Decimal, weights: Mapping[Key, Decimal | Fraction]) -> dict[Key, Decimal]:
    """Splits a total of whole pence in proportion to weights, so that the parts add up to it.

    Largest remainder: each part is cut down to the penny, towards zero, and the pence left over go
    one each to the parts that lost most by it; of equals the lowest key first. Weights are not
    negative and not all zero.
    """
    shares = {key: Fraction(weight) for key, weight in weights.items()}
    whole = sum(shares.values())
    exact = {key: abs(Fraction(total)) * share / whole for key, share in shares.items()}
    cut = {key: Fraction(int(part * 100), 100) for key, part in exact.items()}
    left = int((abs(Fraction(total)) - sum(cut.values())) * 100)
    losers = sorted(exact, key=lambda key: (cut[key] - exact[key], key))
    for key in losers[:left]:
        cut[key] += Fraction(1, 100)
    sign = 1 if total >= 0 else -1
    return {key: to_penny(sign * part) for key, part in cut.items()}


def pounds(text: str) -> Decimal | None:
    """Reads an amount as the reference files carry it; blank is none."""
    return Decimal(text) if text else None


def as_text(amount: Decimal | None) -> str:
    """Writes an amount as the exports carry it: two decimals, blank for none."""
    if amount is None:
        return ""
    assert amount == amount.quantize(PENNY, ROUND_DOWN), "an amount of broken pence"
    return f"{amount + 0:.2f}"
