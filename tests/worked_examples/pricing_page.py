"""Writes the page of documentation "Pricing by example" from the table of pricing examples.

    python -m tests.worked_examples.pricing_page > docs/pricing-by-example.md

The page is a pure function of the table, so that it can be checked to be current.
"""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from textwrap import dedent

from tests.site_builder import EditionBuilder
from tests.worked_examples.pricing import SECTIONS, Given, PricingExample, example_site
from tests.worked_examples.sums import worked_out

INTRODUCTION = """
    # Pricing by example

    One case for every rule and every boundary of how a spell is priced. Each is a test: the
    pipeline and a second implementation in plain Python must both come to the figures given here.

    All patients, providers and prices are invented, except those of HN12F, whose day case and
    elective price, non-elective price and trim point are those of the 2017/18 national prices.
    What a case does not mention is the same everywhere: an ordinary NHS patient born on
    1 January 1950, admitted electively to provider RXA for three nights, HRG E10. Components that
    a case does not mention are 0.
"""

TABLES = {
    "tariff": "Prices",
    "procedure_rank": "Dominance of procedures",
    "exclusions": "Exclusions, in this order",
    "top_ups": "Top-ups, in this order",
    "top_up_providers": "Providers eligible for top-ups",
    "market_forces": "Market forces index",
    "local_prices": "Local prices",
}


def page() -> str:
    """Returns the page as Markdown, with a line end at its end."""
    parts = [dedent(INTRODUCTION).strip()]
    for title, examples in SECTIONS.items():
        parts.append(f"## {title}")
        parts += [case(example) for example in examples]
    parts.append("## The tariff editions of the examples")
    parts += [edition(each) for each in example_site(Path()).editions.values()]
    return "\n\n".join(parts) + "\n"


def case(example: PricingExample) -> str:
    """Returns one case: its title, its rule, the episodes and the price."""
    lines = [f"### {example.title}", "", example.rule]
    if example.mistake:
        lines += ["", f"Guards against a known mistake: {example.mistake}."]
    lines += ["", table(*episodes_table(example.episodes)), "", table(*price_table(example))]
    return "\n".join(lines)


def episodes_table(episodes: Sequence[Given]) -> tuple[list[str], list[list[str]]]:
    """Returns a column for each field that any episode gives, a row for each episode."""
    fields = list(dict.fromkeys(field for episode in episodes for field in episode))
    rows = [[shown(episode, field) for field in fields] for episode in episodes]
    return ["episode", *map(words, fields)], [
        [str(place), *row] for place, row in enumerate(rows, start=1)
    ]


def shown(episode: Given, field: str) -> str:
    """Returns a field as the page shows it: a blank that matters is called blank."""
    return (str(episode[field]) or "blank") if field in episode else ""


def price_table(example: PricingExample) -> tuple[list[str], list[list[str]]]:
    """Returns the columns `expected` and `is`, with a sum's result beside it where it is one."""
    rows = []
    for name, text in example.expected.items():
        result = ""
        if any(sign in text for sign in "+*/()") or " - " in text:
            result = f"{worked_out(text):,f}"
        rows.append([words(name), text or "blank", result])
    return ["expected", "is", "comes to"], rows


def edition(each: EditionBuilder) -> str:
    """Returns an edition's settings and the tables of it that have rows."""
    settings = [[words(name), str(value)] for name, value in each.settings.items()]
    parts = [f"### Edition {each.folder}", table(["setting", "value"], settings)]
    for name, title in TABLES.items():
        rows = each.tables[name]
        if rows:
            parts.append(f"{title}:")
            parts.append(table(map(words, rows[0]), [list(row.values()) for row in rows]))
    return "\n\n".join(parts)


def words(name: str) -> str:
    """Returns a column's name as words."""
    return name.replace("_", " ").replace("hrg", "HRG").replace("nhs", "NHS")


def table(header: Iterable[str], rows: Iterable[Sequence[str]]) -> str:
    """Returns a Markdown table."""
    names = list(header)
    lines = [names, ["---"] * len(names), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def main() -> None:
    """Prints the page."""
    sys.stdout.write(page())


if __name__ == "__main__":
    main()
