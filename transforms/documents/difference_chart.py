"""The chart on page 1: the difference from budget to date, month by month, as SVG.

Two cumulative lines would lie on each other and hide the answer; their difference does not. It
shows what there is: the band that chance explains and the forecast fan only where the package has
them, and which months may still change. Full circles stand for months that are fixed, hollow ones
for months that are not, so that nothing rests on colour.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from markupsafe import Markup

from transforms.documents import formats, svg
from transforms.documents.palette import PALETTE
from transforms.package import MonthPoint

_NOUGHT = Decimal(0)
_LEAST_SPAN = Decimal(1000)  # pounds; below it an axis would magnify nothing into something


@dataclass(frozen=True)
class Layout:
    """Sizes in CSS pixels; `right` holds the forecast's label, `every` labels each n-th month.

    A `narrow` one has no room for that label, and its key takes a line for each entry.
    """

    width: int
    height: int
    left: int
    right: int
    every: int
    font: Decimal
    narrow: bool = False

    @property
    def foot(self) -> int:
        """Room below the plot, for months and key."""
        return _NARROW_FOOT if self.narrow else _FOOT


WIDE = Layout(width=666, height=292, left=62, right=116, every=1, font=Decimal("10.5"))
_LOWEST_WIDE = 180
NARROW = Layout(width=360, height=312, left=62, right=12, every=2, font=Decimal(12), narrow=True)


def wide_below(lines: int) -> Layout:
    """The wide chart, lower by so many lines of text, which stand above it on the same page."""
    return replace(WIDE, height=max(WIDE.height - lines * _LINE_OF_TEXT, _LOWEST_WIDE))


_LINE_OF_TEXT = 19  # of the answer, 14 points
_LEAST_BETWEEN_TICKS = 24
_TOP = 30
_FOOT = 76
_NARROW_FOOT = 106


def description(months: Sequence[MonthPoint], *, budget_set: bool = True) -> str:
    """What the chart shows, in words: the text alternative of the picture."""
    known = [month for month in months if month.cumulative_difference is not None]
    pounds = formats.signed_pounds if budget_set else formats.pounds
    told = "; ".join(
        f"{formats.month_name(month.month)} {pounds(month.cumulative_difference)}"
        for month in known
        if month.cumulative_difference is not None
    )
    what = "spending minus budget to date" if budget_set else "spending to date"
    text = f"Line chart of {what} at each month's end: {told}."
    now = known[-1]
    if now.chance_low is not None and now.chance_high is not None:
        text += (
            f" By {formats.month_name(now.month)} chance alone explains"
            f" {pounds(now.chance_low)} to {pounds(now.chance_high)}."
        )
    end = months[-1]
    if end.forecast_mid is not None:
        text += f" Expected at the end of March: {pounds(end.forecast_mid)}"
        if end.forecast_low is not None and end.forecast_high is not None:
            text += f", between {pounds(end.forecast_low)} and {pounds(end.forecast_high)}"
        text += "."
    return text


def _values(months: Sequence[MonthPoint]) -> list[Decimal]:
    fields = (
        value
        for month in months
        for value in (
            month.cumulative_difference,
            month.chance_low,
            month.chance_high,
            month.forecast_low,
            month.forecast_mid,
            month.forecast_high,
        )
    )
    return [_NOUGHT, *(value for value in fields if value is not None)]


def difference_chart(
    months: Sequence[MonthPoint], layout: Layout = WIDE, *, budget_set: bool = True
) -> Markup:
    """The chart for twelve months, April to March, at least the first of which is known.

    Without a budget the difference is what was spent, and the chart says so: it bears no signs.
    """
    pounds = formats.short_pounds if budget_set else _unsigned
    if months[-1].forecast_mid is None:
        layout = replace(layout, right=min(layout.right, 20))
    values = _values(months)
    low, high = min(values), max(values)
    if high - low < _LEAST_SPAN:
        low, high = low - _LEAST_SPAN / 2, high + _LEAST_SPAN / 2
    plot = layout.height - layout.foot - _TOP
    marks = svg.ticks(low, high, min(plot // _LEAST_BETWEEN_TICKS, 5))
    y = svg.Scale(marks[0], marks[-1], Decimal(layout.height - layout.foot), Decimal(_TOP))
    # The year begins on budget at its first day; each month's point lies at the month's end.
    x = svg.Scale(_NOUGHT, Decimal(12), Decimal(layout.left), Decimal(layout.width - layout.right))
    known = [
        (Decimal(place), month, month.cumulative_difference)
        for place, month in enumerate(months, start=1)
        if month.cumulative_difference is not None
    ]
    parts = [
        svg.element("title", description(months, budget_set=budget_set)),
        *_grid(layout, x, y, marks, months, pounds),
        *_fan(layout, x, y, months, known[-1], pounds),
        *_chance_band(x, y, months),
        *_zero(layout, x, y, "on budget" if budget_set else "£0"),
        *_line(layout, x, y, known, pounds),
        *_month_states(layout, x, months),
        *_key(layout, months, "spent minus budget" if budget_set else "spent"),
    ]
    return svg.element(
        "svg",
        *parts,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {layout.width} {layout.height}",
        width=layout.width,
        height=layout.height,
        role="img",
        class_="chart",
    )


def _unsigned(value: Decimal) -> str:
    return formats.short_pounds(value, plus="")


def _grid(
    layout: Layout,
    x: svg.Scale,
    y: svg.Scale,
    marks: Sequence[Decimal],
    months: Sequence[MonthPoint],
    pounds: Callable[[Decimal], str],
) -> list[Markup]:
    parts = []
    for mark in marks:
        if mark == 0:
            continue
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
        parts.append(
            svg.text(x.start - 8, y(mark) + 4, pounds(mark), anchor="end", size=layout.font)
        )
    for place, month in enumerate(months, start=1):
        if place % layout.every == 0:
            parts.append(
                svg.text(
                    x(Decimal(place)),
                    y.start + 16,
                    formats.month_short(month.month),
                    anchor="middle",
                    fill=PALETTE.muted if month.state == "to_come" else PALETTE.ink,
                    size=layout.font,
                )
            )
    return parts


def _zero(layout: Layout, x: svg.Scale, y: svg.Scale, words: str) -> list[Markup]:
    level = y(_NOUGHT)
    return [
        svg.element(
            "line",
            x1=x.start,
            x2=x.end,
            y1=level,
            y2=level,
            stroke=PALETTE.ink,
            stroke_width="1",
        ),
        svg.text(x.start - 8, level + 4, words, anchor="end", fill=PALETTE.ink, size=layout.font),
    ]


def _chance_band(x: svg.Scale, y: svg.Scale, months: Sequence[MonthPoint]) -> list[Markup]:
    edges = [
        (Decimal(place), month.chance_low, month.chance_high)
        for place, month in enumerate(months, start=1)
        if month.chance_low is not None and month.chance_high is not None
    ]
    if not edges:
        return []
    upper = [(x(place), y(high)) for place, _, high in edges]
    lower = [(x(place), y(low)) for place, low, _ in edges]
    start = [(x(_NOUGHT), y(_NOUGHT))] if edges[0][0] == 1 else []
    outline = [
        svg.element(
            "polyline",
            points=svg.points(start + side),
            fill="none",
            stroke=PALETTE.chance_edge,
            stroke_width="0.75",
            stroke_dasharray="1.5 2",
        )
        for side in (upper, lower)
    ]
    return [
        svg.element(
            "polygon",
            points=svg.points(start + upper + lower[::-1]),
            fill=PALETTE.chance,
            fill_opacity="0.8",
        ),
        *outline,
    ]


def _fan(
    layout: Layout,
    x: svg.Scale,
    y: svg.Scale,
    months: Sequence[MonthPoint],
    now: tuple[Decimal, MonthPoint, Decimal],
    pounds: Callable[[Decimal], str],
) -> list[Markup]:
    ahead = [
        (Decimal(place), month.forecast_low, month.forecast_mid, month.forecast_high)
        for place, month in enumerate(months, start=1)
        if month.state == "to_come"
        and month.forecast_low is not None
        and month.forecast_mid is not None
        and month.forecast_high is not None
    ]
    if not ahead:
        return []
    here = (x(now[0]), y(now[2]))
    upper = [(x(place), y(high)) for place, _, _, high in ahead]
    lower = [(x(place), y(low)) for place, low, _, _ in ahead]
    middle = [here] + [(x(place), y(mid)) for place, _, mid, _ in ahead]
    parts = [
        svg.element("polygon", points=svg.points([here, *upper, *lower[::-1]]), fill=PALETTE.fan),
        *(
            svg.element(
                "polyline",
                points=svg.points([here, *side]),
                fill="none",
                stroke=PALETTE.fan_edge,
                stroke_width="0.75",
            )
            for side in (upper, lower)
        ),
        svg.element(
            "polyline",
            points=svg.points(middle),
            fill="none",
            stroke=PALETTE.brand,
            stroke_width="1.75",
            stroke_dasharray="5 3.5",
        ),
    ]
    _, low, mid, high = ahead[-1]
    if not layout.narrow:
        # Held inside the picture, and the three lines apart, wherever the forecast ends.
        level = min(max(y(mid), Decimal(_TOP + 4)), Decimal(layout.height - layout.foot - 26))
        edge = x.end + 8
        parts += [
            svg.text(
                edge,
                level + 1,
                f"{pounds(mid)} expected",
                fill=PALETTE.brand,
                weight=600,
                size=layout.font,
            ),
            svg.text(edge, level + 14, f"from {pounds(low)}", size=layout.font),
            svg.text(edge, level + 27, f"to {pounds(high)}", size=layout.font),
        ]
    return parts


def _line(
    layout: Layout,
    x: svg.Scale,
    y: svg.Scale,
    known: Sequence[tuple[Decimal, MonthPoint, Decimal]],
    pounds: Callable[[Decimal], str],
) -> list[Markup]:
    path = [(x(_NOUGHT), y(_NOUGHT))] + [(x(place), y(value)) for place, _, value in known]
    place, month, value = known[-1]
    at = x(place)
    anchor = "start" if place <= 2 else "end" if place >= 11 else "middle"
    parts = [
        svg.element(
            "line",
            x1=at,
            x2=at,
            y1=_TOP - 10,
            y2=y.start,
            stroke=PALETTE.muted,
            stroke_width="0.75",
            stroke_dasharray="2 2",
        ),
        svg.text(
            at,
            Decimal(_TOP - 16),
            f"{formats.month_name(month.month)}: {pounds(value)}",
            anchor=anchor,
            fill=PALETTE.ink,
            weight=600,
            size=layout.font,
        ),
        svg.element(
            "polyline",
            points=svg.points(path),
            fill="none",
            stroke=PALETTE.brand,
            stroke_width="2.25",
            stroke_linejoin="round",
        ),
    ]
    for place, month, value in known:
        parts.append(
            svg.element(
                "circle",
                cx=x(place),
                cy=y(value),
                r="3.5",
                fill=PALETTE.brand if month.state == "frozen" else PALETTE.white,
                stroke=PALETTE.brand,
                stroke_width="1.75",
            )
        )
    return parts


def _month_states(layout: Layout, x: svg.Scale, months: Sequence[MonthPoint]) -> list[Markup]:
    """Brackets under the months that are fixed and those that may still change."""
    parts = []
    level = Decimal(layout.height - layout.foot + 26)
    for states, words, short in (
        (("frozen",), "fixed", "fixed"),
        (("flex", "open"), "may still change", "may change"),
    ):
        places = [n for n, month in enumerate(months, start=1) if month.state in states]
        if not places:
            continue
        start, end = x(Decimal(places[0]) - Decimal("0.4")), x(Decimal(places[-1]) + Decimal("0.4"))
        roomy = end - start > len(words) * layout.font / 2
        parts.append(
            svg.element(
                "path",
                d=f"M{svg.number(start)},{svg.number(level - 3)}V{svg.number(level)}"
                f"H{svg.number(end)}V{svg.number(level - 3)}",
                fill="none",
                stroke=PALETTE.muted,
                stroke_width="0.75",
            )
        )
        # A month alone at the left edge has more room to its right than over itself.
        middle = (start + end) / 2
        parts.append(
            svg.text(
                middle,
                level + 12,
                words if roomy or places[0] == 1 else short,
                anchor="middle",
                size=layout.font,
            )
        )
    return parts


def _key(layout: Layout, months: Sequence[MonthPoint], line: str) -> list[Markup]:
    band = any(month.chance_low is not None for month in months)
    fan = any(month.forecast_mid is not None for month in months)
    entries: list[tuple[list[Markup], str]] = [
        (
            [
                svg.element(
                    "line",
                    x1=0,
                    x2=18,
                    y1=0,
                    y2=0,
                    stroke=PALETTE.brand,
                    stroke_width="2.25",
                ),
            ],
            line,
        )
    ]
    if band:
        entries.append(
            (
                [
                    svg.element(
                        "rect",
                        x=0,
                        y=-5,
                        width=18,
                        height=10,
                        fill=PALETTE.chance,
                        stroke=PALETTE.chance_edge,
                        stroke_width="0.75",
                        stroke_dasharray="1.5 2",
                    )
                ],
                "what chance alone explains",
            )
        )
    if fan:
        entries.append(
            (
                [
                    svg.element(
                        "rect",
                        x=0,
                        y=-5,
                        width=18,
                        height=10,
                        fill=PALETTE.fan,
                        stroke=PALETTE.fan_edge,
                        stroke_width="0.75",
                    ),
                    svg.element(
                        "line",
                        x1=0,
                        x2=18,
                        y1=0,
                        y2=0,
                        stroke=PALETTE.brand,
                        stroke_width="1.75",
                        stroke_dasharray="5 3.5",
                    ),
                ],
                "forecast: 8 in 10 chance to lie within",
            )
        )
    parts = []
    across, down = Decimal(layout.left), Decimal(layout.height - 8)
    if layout.narrow:
        across, down = Decimal(8), Decimal(layout.height - 8 - 15 * (len(entries) - 1))
    for swatch, words in entries:
        parts.append(
            svg.element(
                "g", *swatch, transform=f"translate({svg.number(across)} {svg.number(down - 4)})"
            )
        )
        parts.append(svg.text(across + 24, down, words, size=layout.font))
        step = 24 + len(words) * layout.font * Decimal("0.47") + 18
        if layout.narrow:
            down += 15
        else:
            across += step
    return parts
