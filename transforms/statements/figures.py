"""Shares and rates to two decimals, half away from zero, as the documents print them."""

from decimal import ROUND_HALF_UP, Decimal

_TWO_DECIMALS = Decimal("0.01")


def two_decimals(value: Decimal) -> Decimal:
    """Half away from zero to two decimals."""
    return value.quantize(_TWO_DECIMALS, rounding=ROUND_HALF_UP)


def percent_of(part: Decimal, whole: Decimal) -> Decimal | None:
    """100 x part / whole to two decimals; None where the whole is 0."""
    return None if whole == 0 else two_decimals(part * 100 / whole)
