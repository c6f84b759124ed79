"""The charts: what they draw, what they leave out, and what they say in words."""

from decimal import Decimal

import pytest
from lxml import etree

from tests.documents.example_package import EXTREMES, ORDINARY, Practice, rows_of, statement_of
from transforms import package as p
from transforms.documents import svg
from transforms.documents.difference_chart import (
    NARROW,
    WIDE,
    Layout,
    description,
    difference_chart,
    wide_below,
)
from transforms.documents.funnel_chart import description as funnel_description
from transforms.documents.funnel_chart import funnel_chart

SVG = "{http://www.w3.org/2000/svg}"


def example(practice: Practice, period: str = "2004-09", freeze: int | None = 2) -> p.Statement:
    return statement_of(practice, period, rows_of(practice, period), "0" * 64, freeze)


@pytest.fixture(scope="module")
def ordinary() -> p.Statement:
    return example(ORDINARY)


def texts(chart: str) -> list[str]:
    return [element.text or "" for element in etree.fromstring(chart).iter(f"{SVG}text")]


def within(chart: str) -> bool:
    """Whether every line and text begins inside the picture."""
    root = etree.fromstring(chart)
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    for element in root.iter():
        if element.tag in (f"{SVG}g", f"{SVG}text"):
            continue
        for pair in element.attrib.get("points", "").split():
            x, y = map(float, pair.split(","))
            if not (-1 <= x <= width + 1 and -1 <= y <= height + 1):
                return False
    return True


def test_the_chart_names_month_band_and_forecast(ordinary: p.Statement) -> None:
    shown = texts(difference_chart(ordinary.months))
    assert "on budget" in shown
    assert "September: +£31.4k" in shown
    assert "+£62.7k expected" in shown
    assert "what chance alone explains" in shown
    assert "forecast: 8 in 10 chance to lie within" in shown
    assert "fixed" in shown
    assert "may still change" in shown
    assert shown.count("Apr") == 1


def test_the_chart_says_the_same_in_words(ordinary: p.Statement) -> None:
    chart = etree.fromstring(difference_chart(ordinary.months))
    title = chart.find(f"{SVG}title")
    assert title is not None
    assert title.text == description(ordinary.months)
    assert "September +£31,357" in description(ordinary.months)
    assert "Expected at the end of March: +£62,713" in description(ordinary.months)


def test_without_forecast_and_chance_neither_is_drawn_nor_named() -> None:
    chart = difference_chart(example(EXTREMES["no_forecast"]).months)
    assert not [text for text in texts(chart) if "chance" in text or "forecast" in text]
    assert "polygon" not in chart
    assert "xpected" not in chart


def test_months_that_may_change_have_hollow_marks(ordinary: p.Statement) -> None:
    chart = etree.fromstring(difference_chart(ordinary.months))
    marks = [mark.attrib["fill"] for mark in chart.findall(f"{SVG}circle")]
    assert marks == ["#0a4c86"] * 3 + ["#ffffff"] * 3


@pytest.mark.parametrize("layout", [WIDE, NARROW])
@pytest.mark.parametrize("extreme", EXTREMES)
def test_every_extreme_stays_inside_the_picture(extreme: str, layout: Layout) -> None:
    assert within(difference_chart(example(EXTREMES[extreme]).months, layout))


def test_spending_without_a_budget_bears_no_signs() -> None:
    months = example(EXTREMES["no_budget"]).months
    chart = difference_chart(months, budget_set=False)
    assert not [text for text in texts(chart) if text.startswith("+")]
    assert "September: £405.3k" in texts(chart)
    assert "+" not in description(months, budget_set=False)


def test_the_chart_is_lower_where_more_is_said_above_it() -> None:
    assert wide_below(0) == WIDE
    assert wide_below(2).height == WIDE.height - 2 * 19
    assert wide_below(50).height == 180
    for lines in range(10):
        for extreme in EXTREMES:
            assert within(difference_chart(example(EXTREMES[extreme]).months, wide_below(lines)))


def test_the_first_and_the_last_month_of_a_year() -> None:
    assert "April: +£4.8k" in texts(difference_chart(example(ORDINARY, "2004-04").months))
    assert within(difference_chart(example(ORDINARY, "2005-03").months))


def test_the_funnel_marks_this_practice_and_names_no_other(ordinary: p.Statement) -> None:
    assert ordinary.comparisons is not None
    funnel = ordinary.comparisons.spells
    chart = funnel_chart(funnel)
    assert "You: 127.8" in texts(chart)
    assert len(etree.fromstring(chart).findall(f"{SVG}circle")) == len(funnel.others)
    assert {"95%", "99.8%", "mean"} <= set(texts(chart))
    assert within(chart)
    assert "above the 95 per cent limit" in funnel_description(funnel)


def test_the_words_of_a_funnel_cover_no_other_practice(ordinary: p.Statement) -> None:
    """Wherever this practice lies: over each of the others, and over the ends of the plot."""
    assert ordinary.comparisons is not None
    for funnel in (ordinary.comparisons.spells, ordinary.comparisons.cost):
        for place in funnel.others:
            own = funnel.model_copy(update={"practice": place, "verdict": "within"})
            chart = etree.fromstring(funnel_chart(own))
            ground = chart.findall(f"{SVG}rect")[-1].attrib
            left, top, width, height = (float(ground[n]) for n in ("x", "y", "width", "height"))
            assert left >= 0
            assert left + width <= float(chart.attrib["width"])
            assert top >= 0
            assert top + height <= float(chart.attrib["height"])
            for dot in chart.findall(f"{SVG}circle"):
                x, y = float(dot.attrib["cx"]), float(dot.attrib["cy"])
                assert not (left < x < left + width and top < y < top + height)


def test_a_funnel_without_this_practice(ordinary: p.Statement) -> None:
    assert ordinary.comparisons is not None
    funnel = ordinary.comparisons.cost.model_copy(update={"practice": None, "verdict": None})
    assert not [text for text in texts(funnel_chart(funnel)) if text.startswith("You")]
    assert "not shown" in funnel_description(funnel)


def test_a_funnel_of_equal_practices_and_of_none(ordinary: p.Statement) -> None:
    assert ordinary.comparisons is not None
    same = p.FunnelPoint(weighted_list_size="5000", value="100")
    flat = p.FunnelLimit(
        weighted_list_size="5000",
        lower_998="100",
        lower_95="100",
        upper_95="100",
        upper_998="100",
    )
    funnel = ordinary.comparisons.spells.model_copy(
        update={"practice": same, "others": (same,), "limits": (flat,), "mean": Decimal(100)}
    )
    assert within(funnel_chart(funnel))
    empty = funnel.model_copy(update={"practice": None, "verdict": None, "others": ()})
    assert within(funnel_chart(empty))


def test_attributes_and_text_are_escaped() -> None:
    written = svg.element("text", "<b>&", title='"><script>')
    assert written == '<text title="&#34;&gt;&lt;script&gt;">&lt;b&gt;&amp;</text>'


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        ("-40", "130", ["-50", "0", "50", "100", "150"]),
        ("0", "1", ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        ("-7", "-2", ["-7", "-6", "-5", "-4", "-3", "-2"]),
    ],
)
def test_ticks_are_round_and_hold_the_range(low: str, high: str, expected: list[str]) -> None:
    assert svg.ticks(Decimal(low), Decimal(high), 5) == [Decimal(n) for n in expected]


def test_coordinates_have_a_tenth_at_most_and_no_minus_nought() -> None:
    assert svg.number(Decimal("12.349")) == "12.3"
    assert svg.number(Decimal("-0.04")) == "0"
    assert svg.number(Decimal("600")) == "600"
