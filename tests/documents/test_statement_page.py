"""The statement as HTML: what stands on it at every extreme, and values that stay values."""

import re
from collections.abc import Iterable

import pytest
from lxml import html

from tests.documents.conftest import Rendered
from tests.documents.example_package import EXTREMES, ORDINARY, Practice, rows_of, statement_of
from transforms import package as p
from transforms.documents.formats import MINUS
from transforms.documents.statement_page import Medium, statement_html

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src="file:///etc/passwd">',
    "{{ 7 * 7 }}{% include 'fonts.conf' %}",
    "</style><link rel=stylesheet href=http://example.org/x.css>",
    "=cmd|' /C calc'!A0",
)


def example(
    practice: Practice = ORDINARY, period: str = "2004-09", freeze: int | None = 2
) -> p.Statement:
    return statement_of(practice, period, rows_of(practice, period), "0" * 64, freeze)


def page(statement: p.Statement, medium: Medium = "print") -> html.HtmlElement:
    return html.document_fromstring(statement_html(statement, "0" * 64, medium))


def words_of(element: html.HtmlElement) -> str:
    """All text of a part of the page, with single spaces."""
    return re.sub(r"\s+", " ", element.text_content()).strip()


def headings(document: html.HtmlElement) -> list[str]:
    return [re.sub(r"\s+", " ", heading.text or "").strip() for heading in document.iter("h2")]


@pytest.mark.parametrize("extreme", EXTREMES)
@pytest.mark.parametrize("medium", ["print", "screen"])
def test_every_extreme_has_its_page(extreme: str, medium: Medium) -> None:
    statement = example(EXTREMES[extreme])
    document = page(statement, medium)
    assert document.attrib["lang"] == "en-GB"
    assert statement.identity.number in words_of(document.find(".//title"))
    assert [words_of(h1) for h1 in document.iter("h1")] == [statement.identity.practice_name]
    assert "None" not in words_of(document.body)


def test_the_sections_in_their_order() -> None:
    assert headings(page(example())) == [
        "£31,357 over budget",
        "Difference from budget",
        "By point of delivery",
        "What changed since August",
        "What drives it",
        "Compared with the other practices",
        "How far to trust it",
        "How to query a charge",
        "Words used here",
        "What it rests on",
    ]


def test_the_answer_in_words() -> None:
    answer = words_of(page(example()).find_class("answer")[0])
    assert "31,357 over budget, 1.5 per cent." in answer
    assert "The year is expected to end £62,713 over budget." in answer
    assert "differences of up to 4.9 per cent (£100,895) either way" in answer
    assert "yours is within that" in answer
    assert "8 in 10 chance of £4,055,451 to £4,306,304" in answer


def test_page_1_says_whom_to_ask() -> None:
    statement = example()
    top = words_of(page(statement).find(".//header"))
    assert f"Questions: {statement.identity.contact}" in top
    unsaid = statement.identity.model_copy(update={"contact": None})
    assert "Questions" not in words_of(page(statement.model_copy(update={"identity": unsaid})).body)


def test_the_first_month_reconciles_from_the_start_of_the_year() -> None:
    text = words_of(page(example(period="2004-04")).find_class("changes")[0])
    assert "From the start of the year to this month" in text
    assert "last month" not in text


def test_only_rows_with_a_name_have_bars() -> None:
    """The rest together is no row to compare with."""
    statement = example()
    for table, shown in zip(
        (statement.drivers.providers, statement.drivers.specialties, statement.drivers.hrgs),
        page(statement).find_class("drivers"),
        strict=True,
    ):
        assert len(shown.find_class("bar")) == len(table.rows)
        widths = [bar[0].attrib["style"] for bar in shown.find_class("bar")]
        assert "width: 100.0%" in widths[0]


@pytest.mark.parametrize(
    ("suppressed", "told"),
    [
        (0, "2004. The others are not named. Limits"),
        (1, "One practice with fewer than 6 spells is left out."),
        (2, "2 practices with fewer than 6 spells are left out."),
    ],
)
def test_practices_left_out_of_the_comparison_are_counted(suppressed: int, told: str) -> None:
    statement = example()
    assert statement.comparisons is not None
    spells = statement.comparisons.spells.model_copy(update={"suppressed": suppressed})
    comparisons = statement.comparisons.model_copy(update={"spells": spells})
    shown = page(statement.model_copy(update={"comparisons": comparisons}))
    assert told in words_of(shown.find_class("comparisons")[0])


def test_a_tariffs_day_is_written_as_british_readers_write_it() -> None:
    assert "published 1 March 2004." in words_of(page(example()).body).replace("\xa0", " ")


def test_without_a_forecast_no_word_of_one() -> None:
    text = words_of(page(example(EXTREMES["no_forecast"])).body)
    for word in ("forecast", "expected", "by chance alone in"):
        assert word not in text


def test_opening_new_and_adjustments_are_shown_to_the_penny_and_tie() -> None:
    table = page(example()).find_class("reconcile")[0]
    figures = [words_of(row[-1]) for row in table.iter("tr")][1:]
    pennies = [int(re.sub(r"[,.+]", "", text.replace(MINUS, "-"))) for text in figures]
    assert sum(pennies[:-1]) == pennies[-1]


def test_a_practice_without_budget_sees_no_budget_columns() -> None:
    text = words_of(page(example(EXTREMES["no_budget"])).body)
    assert "No budget has been set for you this year." in text
    assert "Budget £" not in text
    assert "Difference" not in text


def test_a_practice_that_merged_away_gets_a_closing_statement() -> None:
    document = page(example(EXTREMES["closed"]))
    text = words_of(document.body)
    assert headings(document)[0] == "Merged into Harbour View Surgery"
    assert "This is its last statement" in text
    assert "To practice Harbour View Surgery (Y90003)" in text
    assert not list(document.iter("{http://www.w3.org/2000/svg}svg"))


def test_the_successor_is_told_of_the_practice_it_took_over() -> None:
    text = words_of(page(example(EXTREMES["successor"])).body)
    assert "From practice Old Market Practice (Y90010)" in text
    assert "Old Market Practice (Y90010) is part of your practice from 1 July 2004" in text


def test_no_activity_is_said_rather_than_shown_as_noughts() -> None:
    text = words_of(page(example(EXTREMES["no_activity"])).body)
    assert "No charges stand against you for April to September 2004" in text
    assert "No charge stands against you in these months." in text


def test_what_is_excluded_from_the_budget_is_marked() -> None:
    text = words_of(page(example(EXTREMES["excluded_pod"])).body)
    assert "Non-elective not in total" in text
    assert "was posted to services that do not count" in text
    assert "Among the charges above are those of services that do not count" in text
    assert "Among the charges above" not in words_of(page(example()).body)


def test_quality_warnings_are_listed() -> None:
    practice = EXTREMES["warned"]
    listed = page(example(practice)).find_class("warnings")[0]
    assert [words_of(item) for item in listed.iter("li")] == list(practice.warnings)


def test_last_year_is_left_out_where_it_is_not_held() -> None:
    assert "last year" in words_of(page(example()).find_class("drives")[0])
    assert "last year" not in words_of(page(example(EXTREMES["warned"])).find_class("drives")[0])


@pytest.mark.parametrize(
    ("freeze", "sentence"),
    [
        (2, "July, August and September are still flex"),
        (0, "September is still flex: hospitals may correct it until the statement for October"),
        (None, "Hospitals may still correct any month of the year"),
    ],
)
def test_flex_months_are_told(freeze: int | None, sentence: str) -> None:
    document = page(example(freeze=freeze))
    for section in ("chart-section", "trust"):
        assert sentence in words_of(document.find_class(section)[0])


def test_a_closing_statement_promises_no_later_one() -> None:
    text = words_of(page(example(EXTREMES["closed"], freeze=None)).body)
    assert "Hospitals may still correct" not in text


def test_a_final_statement_says_so() -> None:
    statement = example()
    final = statement.identity.model_copy(update={"standing": "final"})
    pills = page(statement.model_copy(update={"identity": final})).find_class("pill")
    assert words_of(pills[0]) == "final"


def test_the_package_hash_stands_on_the_page() -> None:
    document = html.document_fromstring(statement_html(example(), "ab" * 32, "print"))
    assert "ab" * 32 in words_of(document.body)


def every_text(hostile: str) -> p.Statement:
    """A statement with the same text in every field that users or feeds can write."""
    statement = example(EXTREMES["successor"])
    content = statement.model_dump()

    def spoil(value: object, field: str = "") -> object:
        if isinstance(value, dict):
            return {key: spoil(item, key) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [spoil(item, field) for item in value]
        free = field.endswith(("name", "address", "postcode", "contact", "source", "text", "code"))
        free = free or field in ("number", "currency", "published", "software_version")
        return hostile if isinstance(value, str) and free else value

    content["trust"]["warnings"] = [{"gate": "feed", "rule": "r", "text": "t"}]
    content["trust"]["not_charged"] = [{"status": "excluded", "reason": hostile, "spells": 1}]
    return p.Statement.model_validate(spoil(content))


def tags(document: html.HtmlElement) -> Iterable[tuple[object, tuple[str, ...]]]:
    return [(element.tag, tuple(element.attrib)) for element in document.iter()]


@pytest.mark.parametrize("medium", ["print", "screen"])
@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_values_stay_text(hostile: str, medium: Medium) -> None:
    # As long, because what stands on page 1 decides how high its chart is.
    harmless = page(every_text("x" * len(hostile)), medium)
    spoilt = page(every_text(hostile), medium)
    assert tags(spoilt) == tags(harmless)
    assert hostile in spoilt.find(".//h1").text_content()


def test_the_page_for_a_browser_needs_no_other_file(rendered: Rendered) -> None:
    content = rendered.file("ordinary", "html").read_text(encoding="utf-8")
    assert "default-src 'none'" in content
    addresses = re.findall(r"""(?:src|href)\s*=|url\(["']?([^"')]{0,20})""", content)
    assert addresses == ["data:font/woff;base6"]


def test_bars_and_pictures_leave_the_page_to_readers_of_text() -> None:
    document = page(example())
    for picture in document.iter("svg"):
        assert words_of(picture.find("title"))
