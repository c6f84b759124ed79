"""`pbc budgets set`: what it shows, what it writes, what it leaves alone."""

import csv
import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from tests.budgets.conftest import ONE, TWO, YEAR, rule
from tests.pipeline_run import close, done, export, land, pbc
from tests.site_builder import SiteBuilder

PARTS = ("base_amount", "uplift", "adjustment", "contingency", "annual_amount")


def budgets_of(site: Path, year: str = YEAR) -> dict[tuple[str, str], str]:
    """Returns the amounts that budgets.csv has for a year, by practice and POD."""
    with (site / "reference" / "budgets.csv").open(encoding="utf-8", newline="") as file:
        return {
            (row["practice_code"], row["pod"]): row["annual_amount"]
            for row in csv.DictReader(file)
            if row["financial_year"] == year
        }


def contents(site: Path) -> dict[str, bytes]:
    """Returns what the files of reference/ hold, by path."""
    return {
        str(path.relative_to(site)): path.read_bytes()
        for path in sorted((site / "reference").rglob("*"))
        if path.is_file()
    }


def test_a_second_run_changes_nothing(builder: SiteBuilder) -> None:
    """The same rule and history give the same bytes, which are not even written again."""
    site = builder.write()
    first = done(site, "budgets", "set", YEAR)
    assert "+1,176.00" in first.output  # 1200 less 2 per cent
    assert budgets_of(site)[ONE, "elective"] == "1176.00"
    before = contents(site)
    written = (site / "reference" / "budgets.csv").stat().st_mtime_ns
    second = done(site, "budgets", "set", YEAR)
    assert "Nothing changes" in second.output
    assert contents(site) == before
    assert (site / "reference" / "budgets.csv").stat().st_mtime_ns == written


def test_a_dry_run_shows_and_writes_nothing(builder: SiteBuilder) -> None:
    """The changes are those that a run would make."""
    site = builder.write()
    before = contents(site)
    shown = done(site, "budgets", "set", YEAR, "--dry-run")
    assert "1,176.00" in shown.output
    assert "nothing was written" in shown.output
    assert contents(site) == before
    told = json.loads(done(site, "budgets", "set", YEAR, "--json").output)
    assert told["written"] is True
    assert told["total"] == "3528.00"  # 1176 + 2352
    assert told["fund"] == "72.00"
    assert {"practice_code": TWO, "pod": "elective", "before": None, "after": "2352.00"} in told[
        "changes"
    ]


def test_what_is_not_the_rules_stays(builder: SiteBuilder) -> None:
    """Other years, other columns, and budgets by hand for a practice that the rule gives none."""
    builder.practice("Y90003", open_date="2004-04-01")
    builder.budget(ONE, "elective", "5.00")
    builder.budget(ONE, "elective", "7.00", "2003/04")
    builder.budget("Y90003", "daycase", "300.00")
    site = builder.write()
    path = site / "reference" / "budgets.csv"
    path.write_text(
        "\n".join(
            f"{line},{note}"
            for line, note in zip(
                path.read_text().splitlines(), ("note", "mine", "old", "by hand"), strict=True
            )
        )
        + "\n"
    )
    told = done(site, "budgets", "set", YEAR)
    assert "5.00 " in told.output
    assert "300.00 of it by hand" in told.output
    lines = path.read_text().splitlines()
    assert lines[1] == "2004/05,Y90001,elective,1176.00,budget_holder,mine"
    assert "2003/04,Y90001,elective,7.00,budget_holder,old" in lines
    assert "2004/05,Y90003,daycase,300.00,budget_holder,by hand" in lines


def test_budgets_by_hand_count_against_the_limit(builder: SiteBuilder) -> None:
    """They are not scaled: the others share what they leave."""
    builder.practice("Y90003", open_date="2004-04-01")
    builder.budget("Y90003", "daycase", "300.00")
    builder.budget_rule(YEAR, rule(resource_limit="2400.00", scale_to_limit="true"))
    site = builder.write()
    done(site, "budgets", "set", YEAR)
    budgets = budgets_of(site)
    assert budgets[ONE, "elective"] == "700.00"  # (2400 - 300) / 3
    assert budgets[TWO, "elective"] == "1400.00"
    assert budgets["Y90003", "daycase"] == "300.00"
    builder.budget_rule(YEAR, rule(resource_limit="200.00", scale_to_limit="true"))
    refused = pbc(builder.write(), "budgets", "set", YEAR)
    assert refused.exit_code == 2
    assert "exceeded by 100.00" in refused.output
    assert "300.00 by hand, which is not scaled" in refused.output


def test_a_predecessors_row_goes_with_its_practice(builder: SiteBuilder) -> None:
    """Its history is the successor's; a row of its own would be counted twice."""
    builder.succession(TWO, ONE, "2004-04-20")
    builder.budget(TWO, "elective", "99.00")
    site = builder.write()
    done(site, "budgets", "set", YEAR)
    assert budgets_of(site) == {
        (ONE, "daycase"): "0.00",
        (ONE, "elective"): "3528.00",  # 1200 + 2400, less 2 per cent
        (ONE, "non_elective"): "0.00",
    }


def test_a_later_merger_does_not_touch_the_year(builder: SiteBuilder) -> None:
    """Both are given a budget; the close moves it when the charges move."""
    builder.succession(TWO, ONE, "2004-05-01")
    site = builder.write()
    done(site, "budgets", "set", YEAR)
    assert budgets_of(site)[TWO, "elective"] == "2352.00"


def test_the_export_tells_what_was_set_and_what_by_hand(builder: SiteBuilder) -> None:
    """Parts hold for as long as the amount is the one that was set; they always add up."""
    builder.add("participation", practice_code=ONE, status="budget_holder", from_date="2004-04-30")
    builder.add("participation", practice_code=TWO, status="budget_holder", from_date="2004-05-01")
    builder.budget_rule(YEAR, rule(contingency_percent="2.5") + "[uplift_percent]\ndefault = 10\n")
    site = builder.write()
    done(site, "budgets", "set", YEAR)
    path = site / "reference" / "budgets.csv"
    path.write_text(path.read_text().replace(f"{TWO},elective,2359.50", f"{TWO},elective,2359.51"))
    land(site)
    close(site, "2004-04")
    rows = {(row["practice_code"], row["pod"]): row for row in export(site, "budgets", "2004-04")}
    assert rows[ONE, "elective"] == {
        "financial_year": YEAR,
        "practice_code": ONE,
        "pod": "elective",
        "base_amount": "1100.00",
        "uplift": "110.00",
        "adjustment": "0.00",
        "contingency": "-30.25",
        "annual_amount": "1179.75",
        "status": "budget_holder",
        "method": "base_year",
        "base_years": "2003/04",
    }
    by_hand = rows[TWO, "elective"]
    assert by_hand["method"] == "by_hand"
    assert by_hand["base_years"] == ""
    assert by_hand["base_amount"] == by_hand["annual_amount"] == "2359.51"
    assert by_hand["status"] == "information"  # signed up from May on
    for row in rows.values():
        assert Decimal(row["annual_amount"]) == sum(Decimal(row[part]) for part in PARTS[:-1])
    done(site, "verify", "2004-04")
    # What is set afterwards changes no export of a closed month.
    before = export(site, "budgets", "2004-04")
    done(site, "budgets", "set", YEAR)
    assert budgets_of(site)[TWO, "elective"] == "2359.50"
    assert export(site, "budgets", "2004-04") == before


def test_two_commissioners_share_the_files(tmp_path: Path) -> None:
    """Each sets its own practices by its own limit, and leaves the other's alone."""
    site = SiteBuilder(tmp_path, commissioners={"5XA": "One", "5XB": "Other"}, practice=False)
    site.practice(ONE)
    site.practice(TWO, member=False)
    site.membership(TWO, "5XB")
    site.history(ONE, "2003/04", "elective", "1000")
    site.history(TWO, "2003/04", "elective", "1000")
    site.budget_rule(
        YEAR,
        rule(resource_limit="1000.00")
        + "[commissioners.5XB]\nresource_limit = 900.00\nscale_to_limit = true\n",
    )
    directory = site.write()
    done(directory, "budgets", "set", YEAR, "--commissioner", "5XB")
    assert budgets_of(directory)[TWO, "elective"] == "900.00"
    done(directory, "budgets", "set", YEAR, "--commissioner", "5XA")
    assert budgets_of(directory) == {
        (practice, pod): {"elective": amount}.get(pod, "0.00")
        for practice, amount in ((ONE, "1000.00"), (TWO, "900.00"))
        for pod in ("daycase", "elective", "non_elective")
    }
    kept = json.loads((directory / "reference" / "budgets" / "2004-05.json").read_text())
    assert list(kept["commissioners"]) == ["5XA", "5XB"]
    assert pbc(directory, "budgets", "set", YEAR).exit_code == 2


def test_two_commissioners_set_at_once(tmp_path: Path) -> None:
    """One waits for the other: both budgets are there in the end."""
    site = SiteBuilder(tmp_path, commissioners={"5XA": "One", "5XB": "Other"}, practice=False)
    for practice, commissioner in ((ONE, "5XA"), (TWO, "5XB")):
        site.practice(practice, member=False)
        site.membership(practice, commissioner)
        site.history(practice, "2003/04", "elective", "1000")
    site.budget_rule(YEAR, rule())
    directory = site.write()
    command = [
        sys.executable,
        "-c",
        "from transforms.cli import app; app()",
        "budgets",
        "set",
        YEAR,
    ]
    runs = [
        subprocess.Popen(
            [*command, "--site", str(directory), "--commissioner", code], stdout=subprocess.DEVNULL
        )
        for code in ("5XA", "5XB")
    ]
    assert [run.wait() for run in runs] == [0, 0]
    budgets = budgets_of(directory)
    assert budgets[ONE, "elective"] == budgets[TWO, "elective"] == "1000.00"
    kept = json.loads((directory / "reference" / "budgets" / "2004-05.json").read_text())
    assert list(kept["commissioners"]) == ["5XA", "5XB"]


def test_a_year_that_history_gives_in_part_is_told(builder: SiteBuilder) -> None:
    """No row for a point of delivery may mean no spending, or a row forgotten."""
    told = "reference/history.csv has no row for some point of delivery"
    first = done(builder.write(), "budgets", "set", YEAR, "--dry-run")
    assert f"{ONE} in 2001/02, {ONE} in 2002/03" in first.output
    assert f"{TWO} in 2002/03 and 1 more: {told}" in first.output
    for practice in (ONE, TWO):
        for year in ("2001/02", "2002/03", "2003/04"):
            for pod in ("daycase", "non_elective"):
                builder.history(practice, year, pod, "0.00")
    assert told not in done(builder.write(), "budgets", "set", YEAR).output


def test_what_counts_for_nobody_is_told(builder: SiteBuilder) -> None:
    """A practice without a commissioner: its budget and its history are named, not dropped."""
    builder.practice("Y90003", member=False)
    builder.budget("Y90003", "elective", "10")
    builder.history("Y90003", "2003/04", "elective", "10")
    told = done(builder.write(), "budgets", "set", YEAR).output
    assert "Y90003: spending in reference/history.csv counts for nobody" in told
    assert "Y90003: the budget in reference/budgets.csv counts for nobody" in told


@pytest.mark.parametrize("months", [12, 11])
@pytest.mark.parametrize("opens", ["", "2004-04"])
def test_a_year_that_the_ledger_holds(tmp_path: Path, opens: str, months: int) -> None:
    """What was posted, or priced before the ledger opens, is the base: a whole year or none."""
    site = SiteBuilder(tmp_path, practice=False)
    site.setting("gates", enforce=False)
    if opens:
        site.setting("ledger", opens=opens)
    for practice in (ONE, TWO):
        site.practice(practice)
    site.edition("2003-04", financial_year="2003/04").tariff("H02", elective_price="1000")
    for month in range(months):
        day = f"{2003 + (month + 3) // 12}-{(month + 3) % 12 + 1:02d}-10"
        site.episode(admission_date=day, nights=2, gp_practice_code=ONE)
    site.budget_rule(YEAR, rule())
    directory = site.write()
    land(directory)
    close(directory, "2004-04")
    # TWO was another commissioner's: only the history knows of it.
    site.history(TWO, "2003/04", "elective", "500")
    site.history(ONE, "2003/04", "elective", "77")
    site.write_reference()
    told = done(directory, "budgets", "set", YEAR)
    if months == 12:
        assert f"{ONE}: rows of reference/history.csv are passed over" in told.output
        assert budgets_of(directory)[ONE, "elective"] == "12000.00"
    else:
        assert budgets_of(directory)[ONE, "elective"] == "77.00"
    assert budgets_of(directory)[TWO, "elective"] == "500.00"
