"""The funnel plot: a practice among the commissioner's others, which stay unnamed, as SVG.

Method: D. J. Spiegelhalter, "Funnel plots for comparing institutional performance", Statistics in
Medicine 24 (2005). The limits come with the package; nothing is estimated here.
"""

from decimal import Decimal
from functools import partial

from markupsafe import Markup

from transforms.documents import formats, svg
from transforms.documents.palette import PALETTE
from transforms.package import Funnel, FunnelLimit

WIDTH = 322
HEIGHT = 214
_LEFT, _RIGHT, _TOP, _FOOT = 46, 40, 14, 40
_FONT_SIZE = Decimal("10.5")
_WORDS_HEIGHT = 13
_MARGIN = Decimal("0.08")  # of the range of list sizes, either side

VERDICTS = {
    "within": "within what chance explains",
    "above_95": "above the 95 per cent limit",
    "below_95": "below the 95 per cent limit",
    "above_998": "above the 99.8 per cent limit",
    "below_998": "below the 99.8 per cent limit",
}

_text = partial(svg.text, size=_FONT_SIZE)


def value_in_words(funnel: Funnel, value: Decimal) -> str:
    """A rate as its measure is written: ``126.4`` or ``£154,300``."""
    return formats.pounds(value) if funnel.measure == "cost" else formats.tenths(value)


def others_in_words(funnel: Funnel) -> str:
    """How many other practices the plot shows: ``12 other practices``."""
    of_all = f" of {funnel.others_in_all:,}" if len(funnel.others) < funnel.others_in_all else ""
    return f"{len(funnel.others):,}{of_all} other practices"


def description(funnel: Funnel) -> str:
    """What the plot shows, in words: the text alternative of the picture."""
    what = "Cost" if funnel.measure == "cost" else "Spells"
    text = (
        f"Funnel plot. {what} per 1,000 weighted patients against weighted list size, with the "
        f"95 and 99.8 per cent limits around the mean of {value_in_words(funnel, funnel.mean)}; "
        f"{others_in_words(funnel)}."
    )
    if funnel.practice is None or funnel.verdict is None:
        return f"{text} Your practice is not shown."
    return (
        f"{text} Your practice: {value_in_words(funnel, funnel.practice.value)}, "
        f"{VERDICTS[funnel.verdict]}."
    )


def _shown_limits(funnel: Funnel) -> list[FunnelLimit]:
    """The limits over the range of list sizes that holds a practice."""
    sizes = [point.weighted_list_size for point in funnel.others]
    if funnel.practice:
        sizes.append(funnel.practice.weighted_list_size)
    if not sizes:
        return list(funnel.limits)
    margin = max(max(sizes) - min(sizes), max(sizes) / 4) * _MARGIN
    low, high = min(sizes) - margin, max(sizes) + margin
    inside = [limit for limit in funnel.limits if low <= limit.weighted_list_size <= high]
    return inside if len(inside) > 1 else list(funnel.limits)


def funnel_chart(funnel: Funnel) -> Markup:
    """The plot of one measure."""
    limits = _shown_limits(funnel)
    practices = [*funnel.others, *([funnel.practice] if funnel.practice else [])]
    sizes = [p.weighted_list_size for p in practices] + [n.weighted_list_size for n in limits]
    values = [p.value for p in practices] + [funnel.mean]
    values += [value for limit in limits for value in (limit.lower_998, limit.upper_998)]
    low, high = min(values), max(values)
    if low == high:
        low, high = low - 1, high + 1
    marks = svg.ticks(low, high, 5)
    widest = max(sizes) if max(sizes) > min(sizes) else min(sizes) + 1
    x = svg.Scale(min(sizes), widest, Decimal(_LEFT), Decimal(WIDTH - _RIGHT))
    y = svg.Scale(marks[0], marks[-1], Decimal(HEIGHT - _FOOT), Decimal(_TOP))
    return svg.element(
        "svg",
        svg.element("title", description(funnel)),
        *_axes(funnel, x, y, marks),
        *_limit_lines(funnel, limits, x, y),
        *_practices(funnel, limits, x, y),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        width=WIDTH,
        height=HEIGHT,
        role="img",
        class_="chart",
    )


def _axes(funnel: Funnel, x: svg.Scale, y: svg.Scale, marks: list[Decimal]) -> list[Markup]:
    parts = []
    for mark in marks:
        parts.append(
            svg.element(
                "line",
                x1=x.start,
                x2=x.end,
                y1=y(mark),
                y2=y(mark),
                stroke=PALETTE.rule,
                stroke_width="0.75",
            )
        )
        label = (
            formats.short_pounds(mark, plus="")
            if funnel.measure == "cost"
            else f"{mark.normalize():f}"
        )
        parts.append(_text(x.start - 7, y(mark) + 4, label, anchor="end"))
    for mark in svg.ticks(x.low, x.high, 4):
        if x.low <= mark <= x.high:
            parts.append(
                svg.element(
                    "line",
                    x1=x(mark),
                    x2=x(mark),
                    y1=y.start,
                    y2=y.start + 4,
                    stroke=PALETTE.muted,
                    stroke_width="0.75",
                )
            )
            parts.append(_text(x(mark), y.start + 16, f"{int(mark):,}", anchor="middle"))
    parts.append(_text(x.end, y.start + 31, "weighted patients", anchor="end"))
    return parts


def _limit_lines(
    funnel: Funnel, limits: list[FunnelLimit], x: svg.Scale, y: svg.Scale
) -> list[Markup]:
    def curve(side: str, dash: str | None) -> Markup:
        return svg.element(
            "polyline",
            points=svg.points(
                [(x(limit.weighted_list_size), y(getattr(limit, side))) for limit in limits]
            ),
            fill="none",
            stroke=PALETTE.muted,
            stroke_width="1",
            stroke_dasharray=dash,
        )

    parts = [
        curve("lower_998", None),
        curve("upper_998", None),
        curve("lower_95", "4 3"),
        curve("upper_95", "4 3"),
        svg.element(
            "line",
            x1=x.start,
            x2=x.end,
            y1=y(funnel.mean),
            y2=y(funnel.mean),
            stroke=PALETTE.ink,
            stroke_width="1",
        ),
    ]
    if limits:
        last = limits[-1]
        edge = x.end + 5
        # Kept a line apart where the curves run close together.
        inner = y(last.upper_95) + 4
        outer = min(y(last.upper_998) + 4, inner - 12)
        mean = max(y(funnel.mean) + 4, inner + 12)
        parts += [
            _text(edge, outer, "99.8%"),
            _text(edge, inner, "95%"),
            _text(edge, mean, "mean", fill=PALETTE.ink),
        ]
    return parts


def _practices(
    funnel: Funnel, limits: list[FunnelLimit], x: svg.Scale, y: svg.Scale
) -> list[Markup]:
    parts = [
        svg.element(
            "circle",
            cx=x(point.weighted_list_size),
            cy=y(point.value),
            r="3",
            fill=PALETTE.dot,
            stroke=PALETTE.white,
            stroke_width="0.75",
        )
        for point in funnel.others
    ]
    own = funnel.practice
    if own is None:
        return parts
    across, up = x(own.weighted_list_size), y(own.value)
    size = 6
    diamond = [(across, up - size), (across + size, up), (across, up + size), (across - size, up)]
    words = f"You: {value_in_words(funnel, own.value)}"
    wide = len(words) * _FONT_SIZE * Decimal("0.52")
    start, level = _place_of_words((across, up), wide, funnel, limits, x, y)
    return [
        *parts,
        svg.element(
            "polygon",
            points=svg.points(diamond),
            fill=PALETTE.brand,
            stroke=PALETTE.white,
            stroke_width="1.25",
        ),
        # A white ground, so that the words stay legible on lines and dots.
        svg.element(
            "rect",
            x=start,
            y=level - 10,
            width=wide,
            height=_WORDS_HEIGHT,
            fill=PALETTE.white,
            fill_opacity="0.85",
        ),
        _text(start, level, words, fill=PALETTE.brand, weight=600),
    ]


def _place_of_words(
    at: tuple[Decimal, Decimal],
    wide: Decimal,
    funnel: Funnel,
    limits: list[FunnelLimit],
    x: svg.Scale,
    y: svg.Scale,
) -> tuple[Decimal, Decimal]:
    """Where the words beside this practice begin, and their base line.

    Of the places about it, inside the plot, the one that covers no other practice and the fewest
    lines; of equals the nearest.
    """
    across, up = at
    dots = [(x(point.weighted_list_size), y(point.value)) for point in funnel.others]
    lines = [
        (x(limit.weighted_list_size), y(value))
        for limit in limits
        for value in (
            *(limit.lower_998, limit.lower_95, funnel.mean, limit.upper_95, limit.upper_998),
        )
    ]

    def covered(points: list[tuple[Decimal, Decimal]], start: Decimal, level: Decimal) -> int:
        return sum(
            start - 4 <= px <= start + wide + 4 and level - 14 <= py <= level + 7
            for px, py in points
        )

    places = [
        (start, up + rise)
        for rise in (Decimal(4), Decimal(-8), Decimal(16), Decimal(-20), Decimal(28), Decimal(-32))
        for start in (across + 10, across - 10 - wide, across - wide / 2)
        if abs(rise - 4) > 11 or start != across - wide / 2  # not on the practice itself
    ]
    inside = [
        (start, level)
        for start, level in places
        if x.start <= start and start + wide <= x.end and y.end + 10 <= level <= y.start - 3
    ]
    return min(
        inside or places,
        key=lambda place: (covered(dots, *place), covered(lines, *place)),
    )
