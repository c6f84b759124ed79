"""A gate as a close meets it: what it stops, what it says, and what it leaves behind."""

import re
from pathlib import Path

import duckdb
import pytest

from tests.gates.made_warehouse import CODE, PERIOD, made_site
from transforms.errors import ControlFailure, UsageError
from transforms.gates import keep_gates, pass_gate, quality_warnings, read_gates, run_gate
from transforms.site import load_site

NO_PRACTICE = "update current_charge set budget_holder = null where first_record = 7;"
UNGROUPED = """
update current_charge set
    price_status = 'ungrouped', base_price = 0, short_stay_adjustment = 0,
    excess_day_payment = 0, top_up_payment = 0, market_forces_payment = 0, total_price = 0
where first_record <= 20;
update priced_spell set total_price = 0 where first_record <= 20;
"""


pytestmark = pytest.mark.xdist_group("great_expectations")


def test_good_data_goes_through(tmp_path: Path) -> None:
    result = pass_gate(made_site(tmp_path), CODE, PERIOD, "charges")
    assert result.status == "passed"
    assert quality_warnings([result]) == ()


def test_a_critical_failure_stops_and_says_what_to_look_at(tmp_path: Path) -> None:
    site = made_site(tmp_path, spoilt_by=NO_PRACTICE)
    with pytest.raises(ControlFailure) as stopped:
        pass_gate(site, CODE, PERIOD, "charges")
    assert str(stopped.value) == (
        "The gate charges stopped 2004-09: nothing was posted.\n"
        "  Charges that we answer for and no practice does: 1, allowed: none.\n"
        "    The rows: select * from current_charge where responsible and budget_holder is null\n"
        "Mend what the rows show, or change the threshold in [gates.charges] of site.toml, then "
        "run the same command again."
    )


def test_the_query_that_a_result_names_shows_the_rows(tmp_path: Path) -> None:
    site = made_site(tmp_path, spoilt_by=NO_PRACTICE)
    result = run_gate(site, CODE, PERIOD, "charges")
    with duckdb.connect(str(site.warehouse(CODE)), read_only=True) as connection:
        found = {
            check.name: len(connection.execute(str(check.query)).fetchall())
            for check in result.checks
        }
    assert found.pop("Charges that we answer for and no practice does") == 1
    averages = {name for name in found if name.startswith("Average price")}
    assert {found[name] for name in averages} == {50, 100}
    assert {count for name, count in found.items() if name not in averages} == {0}


def test_with_enforce_off_a_gate_reports_and_stops_nothing(tmp_path: Path) -> None:
    site = made_site(tmp_path, spoilt_by=NO_PRACTICE, settings="[gates]\nenforce = false\n")
    assert pass_gate(site, CODE, PERIOD, "charges").status == "failed"


def test_a_warning_goes_on_and_reaches_the_statement(tmp_path: Path) -> None:
    result = pass_gate(made_site(tmp_path, spoilt_by=UNGROUPED), CODE, PERIOD, "charges")
    assert result.status == "warning"
    [warning] = quality_warnings([result])
    assert warning.gate == "charges"
    assert warning.text == (
        "Spells of the month without a usable HRG: 10 per cent, where at most 5 per cent is "
        "expected."
    )


def test_results_and_data_docs_hold_no_value_of_a_record(tmp_path: Path) -> None:
    site = made_site(tmp_path, spoilt_by=NO_PRACTICE + UNGROUPED)
    run_gate(site, CODE, PERIOD, "charges")
    written = "".join(
        path.read_text(encoding="utf-8") for path in (tmp_path / "out").rglob("*") if path.is_file()
    )
    with duckdb.connect(str(site.warehouse(CODE)), read_only=True) as connection:
        for column in ("nhs_number", "spell_id"):
            values = connection.execute(f"select {column} from current_charge").fetchall()
            assert [value for (value,) in values if value in written] == []


def test_data_docs_stand_on_their_own(tmp_path: Path) -> None:
    """They load nothing from elsewhere, run no script, and every link leads somewhere."""
    site = made_site(tmp_path)
    run_gate(site, CODE, PERIOD, "charges")
    pages = list((tmp_path / "out").rglob("*.html"))
    assert sorted(page.name for page in pages) == ["index.html", "suite.html"]
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert re.findall(r"https?://|<script|\bon[a-z]+=", text) == []
        for target in re.findall(r'(?:href|src)="([^"#]+)', text):
            assert (page.parent / target).exists(), target


def test_a_gate_run_again_leaves_one_result_and_one_page(tmp_path: Path) -> None:
    site = made_site(tmp_path)
    for _ in range(2):
        result = run_gate(site, CODE, PERIOD, "charges")
    assert read_gates(site, CODE, PERIOD) == (result,)
    folder = tmp_path / "out" / CODE / "2004-09" / "gates"
    assert sorted(path.name for path in folder.iterdir()) == ["charges", "charges.json"]


def test_a_revision_keeps_the_gates_that_judged_it(tmp_path: Path) -> None:
    site = made_site(tmp_path)
    result = run_gate(site, CODE, PERIOD, "charges")
    for number in (1, 2):
        folder = site.output(CODE, PERIOD, number)
        folder.mkdir()
        assert keep_gates(site, CODE, PERIOD, folder) == (result,)
        assert result.data_docs is not None
        assert (folder / result.data_docs).is_file()


def test_a_gate_needs_a_warehouse(tmp_path: Path) -> None:
    site = made_site(tmp_path)
    site.warehouse(CODE).unlink()
    with pytest.raises(UsageError, match="Nothing has been landed for 5XA yet"):
        run_gate(load_site(site.directory), CODE, PERIOD, "charges")


def test_a_figure_that_cannot_be_worked_out_stops_the_run(tmp_path: Path) -> None:
    site = made_site(tmp_path, spoilt_by="drop table spell")
    with pytest.raises(ControlFailure, match=r"could not be worked out\. Run sql/gates/charges"):
        pass_gate(site, CODE, PERIOD, "charges")


def test_the_warehouse_is_free_again_after_a_gate(tmp_path: Path) -> None:
    site = made_site(tmp_path)
    run_gate(site, CODE, PERIOD, "charges")
    with duckdb.connect(str(site.warehouse(CODE))) as connection:
        connection.execute("drop table spell")
