"""Participation and scope as statements show them: who holds a budget, and what counts in it."""

from pathlib import Path

from lxml import html

from tests.budgets.conftest import ONE, TWO, YEAR
from tests.pipeline_run import close, done, export, land
from tests.site_builder import SiteBuilder
from transforms.documents.statement_page import statement_html
from transforms.package import Statement, read_statement


def statement(site: Path, period: str, practice: str) -> Statement:
    """Returns a practice's statement of a period."""
    return read_statement(site / "out" / "5XA" / period / "r1" / practice)


def words_of(shown: Statement) -> str:
    """Returns all that the statement says."""
    page = html.document_fromstring(statement_html(shown, "0" * 64, "print"))
    return " ".join(page.body.text_content().split())


def treatments(shown: Statement) -> dict[str, str | None]:
    """Returns how each POD of a statement counts."""
    return {pod.pod: pod.treatment for pod in shown.pods}


def scope(site: SiteBuilder, pod: str, treatment: str) -> None:
    """Gives practice ONE a scope for a POD."""
    site.add("scope", financial_year=YEAR, practice_code=ONE, pod=pod, treatment=treatment)


def test_participation_and_scope_of_a_year(tmp_path: Path) -> None:
    """Scope is fixed at the year's first close; participation is that of the period's end."""
    site = SiteBuilder(tmp_path, practice=False)
    site.setting("gates", enforce=False)
    site.tariff("H02", elective_price="1000", daycase_price="600", non_elective_price="1500")
    for practice in (ONE, TWO, "Y90003"):
        site.practice(practice)
        for pod in ("elective", "daycase", "non_elective"):
            status = "" if practice == "Y90003" else "budget_holder"
            site.budget(practice, pod, "2510.00", status=status)
    site.add("participation", practice_code=ONE, status="budget_holder", from_date="2004-04-30")
    site.add("participation", practice_code=TWO, status="information", from_date="2004-04-01")
    site.add("participation", practice_code=TWO, status="budget_holder", from_date="2004-05-31")
    scope(site, "elective", "excluded")
    scope(site, "daycase", "blocked_back")
    site.episode(gp_practice_code=ONE)  # elective
    site.episode(gp_practice_code=ONE, patient_classification="2", nights=0)
    site.episode(gp_practice_code=ONE, admission_method="21")
    directory = site.write()
    land(directory)
    close(directory, "2004-04")

    first = statement(directory, "2004-04", ONE)
    assert first.identity.participation == "budget_holder"
    assert treatments(first) == {
        "elective": "excluded",
        "daycase": "blocked_back",
        "non_elective": "held",
    }
    assert f"{first.total.ytd_actual}" == "2100.00"  # 600 + 1500
    assert f"{first.headline.spent_to_date}" == "2100.00"
    assert f"{first.headline.annual_budget}" == "5020.00"  # 2 * 2510
    text = words_of(first)
    assert "Elective inpatient not in total" in text
    assert "Elective inpatient: shown, not in the total" in text
    assert "Day case: commissioned for you, and counted" in text
    assert "for information" not in text
    assert "1,000.00 was posted to services that do not count in your total" in text
    assert statement(directory, "2004-04", TWO).identity.participation == "information"
    assert "for information" in words_of(statement(directory, "2004-04", TWO))
    # In no list and with no status beside its budget: it has not signed up.
    assert statement(directory, "2004-04", "Y90003").identity.participation == "information"

    site.tables["scope"].clear()
    scope(site, "non_elective", "excluded")
    directory = site.write()
    close(directory, "2004-05")
    second = statement(directory, "2004-05", ONE)
    assert treatments(second) == treatments(first)
    assert second.total.ytd_actual == first.total.ytd_actual
    assert statement(directory, "2004-05", TWO).identity.participation == "budget_holder"
    statuses = {
        period: {
            row["practice_code"]: row["status"] for row in export(directory, "budgets", period)
        }
        for period in ("2004-04", "2004-05")
    }
    assert statuses == {
        "2004-04": {ONE: "budget_holder", TWO: "information", "Y90003": "information"},
        "2004-05": {ONE: "budget_holder", TWO: "budget_holder", "Y90003": "information"},
    }
    done(directory, "verify", "2004-05")
