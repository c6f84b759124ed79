"""A site whose budgets are to be set: two practices, three years of history, a rule."""

from pathlib import Path

import pytest

from tests.site_builder import SiteBuilder

YEAR = "2004/05"
YEARS = ("2001/02", "2002/03", "2003/04")
ONE, TWO = "Y90001", "Y90002"

RULE = """\
financial_year = "2004/05"
method = "highest_of_years"
years = ["2001/02", "2002/03", "2003/04"]
contingency_percent = 2.0
"""


def rule(method: str = "base_year", years: str = '["2003/04"]', **given: object) -> str:
    """Returns a rule as TOML; values are written as they stand."""
    lines = {"financial_year": f'"{YEAR}"', "method": f'"{method}"', "years": years, **given}
    return "".join(f"{key} = {value}\n" for key, value in lines.items())


@pytest.fixture
def builder(tmp_path: Path) -> SiteBuilder:
    """Practice ONE spent £1,000, £1,200 and £1,100, practice TWO twice as much."""
    site = SiteBuilder(tmp_path / "site", practice=False)
    site.setting("gates", enforce=False)
    for factor, practice in enumerate((ONE, TWO), start=1):
        site.practice(practice)
        for year, pounds in zip(YEARS, (1000, 1200, 1100), strict=True):
            site.history(practice, year, "elective", f"{factor * pounds}.00")
    site.budget_rule(YEAR, RULE)
    return site
