"""A practice's statement as HTML, from its package alone: for print (PDF) and for a browser.

One template serves both; they differ in their style sheet, and in that the browser gets a second,
narrow chart for small screens.
"""

from typing import Literal

from transforms.documents import difference_chart, funnel_chart, words
from transforms.documents.query_reasons import QUERY_REASONS
from transforms.documents.templates import environment
from transforms.package import Statement

Medium = Literal["print", "screen"]


def statement_html(statement: Statement, package_hash: str, medium: Medium) -> str:
    """The whole document; `package_hash` is `transforms.package.package_hash` of its folder."""
    comparisons, budget_set = statement.comparisons, statement.headline.budget_set
    funnels = [("Spells", comparisons.spells), ("Cost", comparisons.cost)] if comparisons else []
    template = environment().get_template("statement/statement.html")
    return template.render(
        statement=statement,
        package_hash=package_hash,
        medium=medium,
        words=words,
        wide_chart=difference_chart.difference_chart(
            statement.months,
            difference_chart.wide_below(words.lines_above_usual(statement)),
            budget_set=budget_set,
        ),
        narrow_chart=difference_chart.difference_chart(
            statement.months, difference_chart.NARROW, budget_set=budget_set
        ),
        funnels=[(title, funnel, funnel_chart.funnel_chart(funnel)) for title, funnel in funnels],
        query_reasons=QUERY_REASONS,
    )
