"""The chart of a budget letter: from last spending to the budget in steps, as SVG.

Levels (the base, the budget) are bars from nought; what lies between floats where it adds or takes
away, joined by fine lines. Values stand beside the bars, so that nothing depends on colour.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from markupsafe import Markup

from transforms.documents import formats, svg
from transforms.documents.palette import PALETTE

_WIDTH = 660
_LEFT = 132
_RIGHT = 110
_ROW = 23
_BAR = 14
_TOP = 4
_FONT = 12
_LEAST = Decimal("1.5")  # of a bar, so that a step of a few pounds is seen

_text = partial(svg.text, size=_FONT, anchor=None, fill=PALETTE.ink)


@dataclass(frozen=True)
class ChartStep:
    """A bar: a level from nought, or a step from where the last one ended. Pounds."""

    words: str
    amount: Decimal
    is_level: bool


def description(steps: Sequence[ChartStep]) -> str:
    """What the chart shows, in words: the text alternative of the picture."""
    told = "; ".join(
        f"{step.words} "
        f"{formats.pounds(step.amount) if step.is_level else formats.signed_pounds(step.amount)}"
        for step in steps
    )
    return f"Bar chart of how the budget was worked out, step by step: {told}."


def steps_chart(steps: Sequence[ChartStep]) -> Markup:
    """The chart of at least one step, levels first and last."""
    spans = _spans(steps)
    highest = max(max(span) for span in spans) or Decimal(1)
    x = svg.Scale(Decimal(0), highest, Decimal(_LEFT), Decimal(_WIDTH - _RIGHT))
    height = _TOP * 2 + _ROW * len(steps)
    parts = [svg.element("title", description(steps))]
    for place, (step, span) in enumerate(zip(steps, spans, strict=True)):
        top = Decimal(_TOP + _ROW * place)
        parts += _row(step, span, top, x)
        if place + 1 < len(steps):
            parts.append(_join(x(span[1]), top))
    return svg.element(
        "svg",
        *parts,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {_WIDTH} {height}",
        width=_WIDTH,
        height=height,
        role="img",
        class_="chart",
    )


def _spans(steps: Sequence[ChartStep]) -> list[tuple[Decimal, Decimal]]:
    """Where each bar begins and ends, in pounds."""
    spans = []
    level = Decimal(0)
    for step in steps:
        start = Decimal(0) if step.is_level else level
        level = start + step.amount
        spans.append((start, level))
    return spans


def _row(
    step: ChartStep, span: tuple[Decimal, Decimal], top: Decimal, x: svg.Scale
) -> list[Markup]:
    left, right = sorted(map(x, span))
    width = max(right - left, _LEAST)
    words = formats.pounds(step.amount) if step.is_level else formats.signed_pounds(step.amount)
    colour = PALETTE.fan_edge
    if step.is_level:
        colour = PALETTE.brand
    elif step.amount < 0:
        colour = PALETTE.dot
    base = top + Decimal(_ROW + _FONT) / 2 - 2
    weight = 700 if step.is_level else 400
    return [
        _text(Decimal(0), base, step.words, weight=weight),
        svg.element(
            "rect",
            x=left,
            y=top + Decimal(_ROW - _BAR) / 2,
            width=width,
            height=_BAR,
            fill=colour,
        ),
        _text(left + width + 8, base, words, weight=weight),
    ]


def _join(at: Decimal, top: Decimal) -> Markup:
    """The fine line from the end of a bar to the next."""
    bottom = top + Decimal(_ROW + _BAR) / 2
    return svg.element(
        "line",
        x1=at,
        x2=at,
        y1=bottom,
        y2=bottom + _ROW - _BAR,
        stroke=PALETTE.muted,
        stroke_width="0.75",
    )
