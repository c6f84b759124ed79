"""The gate `statements`, after the packages are made: may they leave?

Its figures are those of sql/gates/statements.sql: how many of the close's control totals, which
`pbc verify` shows, do not tie. It has no threshold: they tie or they do not.
"""

from great_expectations.expectations.expectation import Expectation

from expectations.figures import none

# Each figure in words, with the control totals that it counts.
_TIES = {
    "postings_off": (
        "Spells whose postings are not their charge",
        ("charges", "amounts"),
    ),
    "priced_off": (
        "Totals by which statements, suspense and the named lists miss all that was priced",
        ("priced", "not_charged"),
    ),
    "components_off": (
        "Prices that are not the sum of their components",
        ("components",),
    ),
    "closings_off": (
        "Practices whose opening, new and adjustments are not their closing",
        ("closing", "changes"),
    ),
    "positions_off": (
        "Figures of a position that are not the ledger's",
        ("position", "spent"),
    ),
    "budgets_off": (
        "Budgets that are not the sum of their parts, or stand in no position",
        ("budget",),
    ),
    "forecasts_off": (
        "Expected year-ends that are not the position's, the chart's, or the sum of their parts",
        ("forecast",),
    ),
    "fates_off": (
        "Interchanges whose fates are not the records that they declare",
        ("fates",),
    ),
    "details_off": (
        "Detail files that do not add up to their statement",
        ("detail",),
    ),
    "packages_off": (
        "Files of packages that are missing, or not what the manifest lists",
        ("manifest", "packages"),
    ),
}


def suite(_settings: None) -> list[Expectation]:
    """The expectations, all critical."""
    return [
        none(
            figure,
            words,
            rows=f"control_total where left_figure <> right_figure and tie in {list(ties)}",
        )
        for figure, (words, ties) in _TIES.items()
    ]
