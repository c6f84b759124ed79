"""Builds SVG as text: elements with escaped attributes, coordinates to a tenth, scales and ticks.

Coordinates are worked in Decimal, so that the same figures give the same text on every machine.
"""

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

from markupsafe import Markup, escape

from transforms.documents.palette import PALETTE
from transforms.documents.typeface import FAMILY

_TENTH = Decimal("0.1")


def element(name: str, *children: str | Markup, **attributes: object) -> Markup:
    """An SVG element; text and attribute values are escaped, ``stroke_width`` is stroke-width.

    An attribute that is None is left out; a trailing underscore is dropped (``class_``).
    """
    written = Markup("").join(
        Markup(' {}="{}"').format(key.rstrip("_").replace("_", "-"), _written(value))
        for key, value in attributes.items()
        if value is not None
    )
    content = Markup("").join(escape(child) for child in children)
    return Markup("<{0}{1}>{2}</{0}>").format(name, written, content)


def text(
    x: Decimal,
    y: Decimal,
    words: str,
    *,
    size: Decimal | int,
    anchor: str | None = "start",
    fill: str = PALETTE.muted,
    weight: int = 400,
    family: str = FAMILY,
) -> Markup:
    """A line of text in the documents' typeface, its base line at `y`."""
    return element(
        "text",
        words,
        x=x,
        y=y,
        text_anchor=anchor,
        fill=fill,
        font_family=family,
        font_size=size,
        font_weight=weight,
    )


def _written(value: object) -> str:
    return number(value) if isinstance(value, Decimal) else str(value)


def number(value: Decimal) -> str:
    """A coordinate: one decimal at most, no minus before a nought."""
    rounded = value.quantize(_TENTH, rounding=ROUND_HALF_UP)
    text = f"{rounded if rounded else Decimal(0):f}"
    return text.removesuffix(".0")


def points(pairs: list[tuple[Decimal, Decimal]]) -> str:
    """The points of a polyline or polygon."""
    return " ".join(f"{number(x)},{number(y)}" for x, y in pairs)


@dataclass(frozen=True)
class Scale:
    """A straight line from figures to coordinates."""

    low: Decimal
    high: Decimal
    start: Decimal
    end: Decimal

    def __call__(self, value: Decimal) -> Decimal:
        """Where a figure lies."""
        return self.start + (value - self.low) * (self.end - self.start) / (self.high - self.low)


def ticks(low: Decimal, high: Decimal, about: int) -> list[Decimal]:
    """Round figures from at or below `low` to at or above `high`, about so many of them.

    Steps are 1, 2, 2.5 or 5 times a power of ten. `high` must be above `low`.
    """
    rough = (high - low) / about
    power = Decimal(10) ** rough.adjusted()
    step = next(
        power * n
        for n in (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))
        if power * n >= rough
    )
    first = (low / step).to_integral_value(rounding=ROUND_FLOOR)
    last = (high / step).to_integral_value(rounding=ROUND_CEILING)
    return [step * n for n in range(int(first), int(last) + 1)]
