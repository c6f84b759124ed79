"""A gate as a close meets it: what it stops, what it says, and what it leaves behind."""

import csv
import re
from pathlib import Path

import duckdb
import pytest

from tests.gates.made_warehouse import CODE, PERIOD, made_site
from tests.pipeline_run import done
from transforms.errors import ControlFailure, UsageError
from transforms.gate_figures import GATES, Gate
from transforms.gates import (
    keep_gates,
    quality_warnings,
    read_gates,
    refuse_what_was_stopped,
    run_gate,
    stop_at,
    told,
    write_rows,
)
from transforms.package import GateRun
from transforms.site import Site, load_site

NO_PRACTICE = "update current_charge set budget_holder = null where first_record = 7;"
UNGROUPED = """
update current_charge set
    price_status = 'ungrouped', base_price = 0, short_stay_adjustment = 0,
    excess_day_payment = 0, top_up_payment = 0, market_forces_payment = 0, total_price = 0
where first_record <= 20;
update priced_spell set total_price = 0 where first_record <= 20;
"""


pytestmark = pytest.mark.xdist_group("great_expectations")


def pass_gate(site: Site, gate: Gate = "charges") -> GateRun:
    """Run a gate and stop at it."""
    result = run_gate(site, CODE, PERIOD, gate)
    stop_at(result, site, PERIOD)
    return result


def test_good_data_goes_through(tmp_path: Path) -> None:
    result = pass_gate(made_site(tmp_path))
    assert result.status == "passed"
    assert quality_warnings([result]) == ()


def test_a_critical_failure_stops_and_says_what_to_look_at(tmp_path: Path) -> None:
    site = made_site(tmp_path, spoilt_by=NO_PRACTICE)
    with pytest.raises(ControlFailure) as stopped:
        pass_gate(site)
    assert str(stopped.value) == (
        "The gate charges stopped 2004-09: nothing was posted.\n"
        "  Charges that we answer for and no practice does: 1, allowed: none.\n"
        "    The rows: pbc rows 2004-09 charges.charges_without_practice\n"
        "Mend what the rows show, or change the threshold in [gates.charges] of site.toml, then "
        "run the same command again."
    )


@pytest.mark.parametrize("gate", ["feed", "episodes", "charges"])
def test_the_command_that_a_result_names_shows_the_rows(tmp_path: Path, gate: Gate) -> None:
    """Of what is in order there are none to show, but for figures that are no faults."""
    site = made_site(tmp_path)
    no_faults = {
        "episodes.volume_percent": 4,
        "charges.elective_average_price": 50,
        "charges.daycase_average_price": 50,
        "charges.non_elective_average_price": 100,
    }
    for check in run_gate(site, CODE, PERIOD, gate).checks:
        out = tmp_path / "rows.csv"
        done(tmp_path, *str(check.rows).removeprefix("pbc ").split(), "--out", str(out))
        name = f"{gate}.{check.figure}"
        assert len(out.read_text().splitlines()) - 1 == no_faults.get(name, 0), name


def test_the_rows_are_those_of_the_failure(tmp_path: Path) -> None:
    site = made_site(tmp_path, spoilt_by=NO_PRACTICE)
    out = tmp_path / "rows.csv"
    write_rows(site, CODE, PERIOD, "charges.charges_without_practice", out)
    [row] = csv.DictReader(out.open())
    assert row["spell_id"] == "RXA-S7"


def test_a_figure_that_is_none_is_named_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no figure 'feed\.colour'\. There are: feed\.inter"):
        write_rows(made_site(tmp_path), CODE, PERIOD, "feed.colour", tmp_path / "rows.csv")


def test_the_rows_of_a_month_that_is_past_are_not_kept(tmp_path: Path) -> None:
    site = made_site(tmp_path)
    with pytest.raises(UsageError, match="rows of 2004-08 are not kept: 2004-09 was closed since"):
        write_rows(site, CODE, PERIOD.previous(), "feed.empty_days", tmp_path / "rows.csv")


def test_the_command_names_the_commissioner_where_a_site_has_several(tmp_path: Path) -> None:
    settings = '[[commissioners]]\ncode = "5XB"\nname = "Elsewhere"\n'
    site = made_site(tmp_path, spoilt_by=NO_PRACTICE, settings=settings)
    with pytest.raises(ControlFailure, match="charges_without_practice --commissioner 5XA"):
        pass_gate(site)


def test_with_enforce_off_a_gate_reports_and_stops_nothing(tmp_path: Path) -> None:
    site = made_site(tmp_path, spoilt_by=NO_PRACTICE, settings="[gates]\nenforce = false\n")
    assert pass_gate(site).status == "failed"


def test_a_warning_goes_on_and_reaches_the_statement(tmp_path: Path) -> None:
    result = pass_gate(made_site(tmp_path, spoilt_by=UNGROUPED))
    assert result.status == "warning"
    [warning] = quality_warnings([result])
    assert warning.gate == "charges"
    assert told(result) == [
        "Gate charges, warning: Spells of the month without a usable HRG: 10 per cent, where at "
        "most 5 per cent is expected. The rows: pbc rows 2004-09 charges.ungrouped_percent"
    ]
    assert warning.text == (
        "Spells of the month without a usable HRG: 10 per cent, where at most 5 per cent is "
        "expected."
    )


def test_a_figure_of_a_provider_says_which(tmp_path: Path) -> None:
    spoilt = "update record set nhs_number = null where provider_code = 'RXB'"
    with pytest.raises(ControlFailure) as stopped:
        pass_gate(made_site(tmp_path, spoilt_by=spoilt), "feed")
    assert str(stopped.value).splitlines()[1:3] == [
        "  Records of the month without a valid NHS number, of the worst provider: 100 per cent "
        "(RXB), allowed: at most 50 per cent.",
        "    The rows: pbc rows 2004-09 feed.no_nhs_number_percent",
    ]


def test_what_waits_on_disk_is_told_and_no_statement_repeats_it(tmp_path: Path) -> None:
    site = made_site(tmp_path)
    site.held(CODE).mkdir(parents=True)
    (site.held(CODE) / "september.csv").touch()
    (site.held(CODE) / "september.csv.report.txt").write_text("september.csv\nheld: H01 ...\n")
    result = run_gate(site, CODE, PERIOD, "feed")
    assert result.status == "warning"
    assert told(result) == [
        "Gate feed, warning: Files that are held: 1, where none is expected. The rows: pbc rows "
        "2004-09 feed.held_files"
    ]
    assert quality_warnings([result]) == ()


def test_who_comes_after_a_gate_that_stopped_is_refused(tmp_path: Path) -> None:
    site = made_site(tmp_path, spoilt_by=NO_PRACTICE)
    refuse_what_was_stopped(site, CODE, PERIOD)
    run_gate(site, CODE, PERIOD, "charges")
    with pytest.raises(ControlFailure, match="The gate charges stopped 2004-09"):
        refuse_what_was_stopped(site, CODE, PERIOD)


def test_a_gate_forgets_what_later_ones_said(tmp_path: Path) -> None:
    site = made_site(tmp_path)
    for gate in GATES[:-1]:
        run_gate(site, CODE, PERIOD, gate)
    assert [result.gate for result in read_gates(site, CODE, PERIOD)] == list(GATES[:-1])
    run_gate(site, CODE, PERIOD, "episodes")
    assert [result.gate for result in read_gates(site, CODE, PERIOD)] == ["feed", "episodes"]


def test_a_result_that_cannot_be_read_is_as_good_as_none(tmp_path: Path) -> None:
    site = made_site(tmp_path)
    run_gate(site, CODE, PERIOD, "charges")
    (tmp_path / "out" / CODE / "2004-09" / "gates" / "charges.json").write_text("{}")
    assert read_gates(site, CODE, PERIOD) == ()


def test_results_and_data_docs_hold_no_value_of_a_record(tmp_path: Path) -> None:
    no_number = "update record set nhs_number = '9990000019' where rowid % 2 = 0;"
    site = made_site(tmp_path, spoilt_by=NO_PRACTICE + UNGROUPED + no_number)
    for gate in GATES[:-1]:
        run_gate(site, CODE, PERIOD, gate)
    written = "".join(
        path.read_text(encoding="utf-8") for path in (tmp_path / "out").rglob("*") if path.is_file()
    )
    with duckdb.connect(str(site.warehouse(CODE)), read_only=True) as connection:
        for column in ("nhs_number", "spell_id"):
            values = connection.execute(f"select {column} from current_charge").fetchall()
            assert [value for (value,) in values if value in written] == []
        for column in ("nhs_number", "cds_unique_identifier"):
            values = connection.execute(f"select distinct {column} from record").fetchall()
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
    with pytest.raises(
        ControlFailure, match=r"worked out \(CatalogException\)\. Run sql/gates/charges"
    ):
        pass_gate(site)


def test_the_warehouse_is_free_again_after_a_gate(tmp_path: Path) -> None:
    site = made_site(tmp_path)
    run_gate(site, CODE, PERIOD, "charges")
    with duckdb.connect(str(site.warehouse(CODE))) as connection:
        connection.execute("drop table spell")
