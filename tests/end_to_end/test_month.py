"""A month from feeds to packages: what ties, what repeats, and what a kill leaves."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from tests import sample_site
from tests.golden.keep import export_all
from tests.pipeline_run import done, export, pbc
from transforms import documents

SEPTEMBER = sample_site.SEPTEMBER
ROOT = Path(__file__).resolve().parents[2]


def contents(folder: Path, pattern: str = "**/*") -> dict[str, str]:
    """SHA-256 of every file, but for run.json and the gates' pages, which tell the time."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.glob(pattern))
        if path.is_file() and path.name != "run.json" and "gates" not in path.parts
    }


def warehouse(site: Path) -> Path:
    return site / "warehouse" / f"{sample_site.COMMISSIONER}.duckdb"


def revision(site: Path) -> Path:
    return site / "out" / sample_site.COMMISSIONER / SEPTEMBER / "r1"


def test_every_control_total_ties(closed_sample: Path) -> None:
    outcome = done(closed_sample, "verify", SEPTEMBER)
    assert "Everything ties." in outcome.output


@pytest.mark.parametrize("pence", ["0.01", "-0.01"])
def test_a_posting_altered_by_a_penny_is_found(
    closed_sample: Path, tmp_path: Path, pence: str
) -> None:
    site = tmp_path / "site"
    shutil.copytree(closed_sample, site)
    with duckdb.connect(str(warehouse(site))) as connection:
        (reference,) = connection.execute(
            "select charge_reference from posting using sample 1 rows (reservoir, 7)"
        ).fetchone() or ("",)
        connection.execute(
            f"update posting set amount = amount + {pence} where charge_reference = $reference",
            {"reference": reference},
        )
    outcome = pbc(site, "verify", SEPTEMBER)
    assert outcome.exit_code == 1
    assert "Differences" in outcome.output
    assert pence in outcome.output


def test_a_record_lost_from_the_log_is_found(closed_sample: Path, tmp_path: Path) -> None:
    """Also one of those that nothing else is worked out from: it was superseded."""
    site = tmp_path / "site"
    shutil.copytree(closed_sample, site)
    with duckdb.connect(str(warehouse(site))) as connection:
        lost = connection.execute(
            "delete from record where rowid = (select min(older.rowid) from record as older "
            "inner join record as newer using (cds_unique_identifier) "
            "where older.effective_time < newer.effective_time and newer.faults is null "
            "and older.faults is null) returning landing_number"
        ).fetchall()
    assert len(lost) == 1
    outcome = pbc(site, "verify", SEPTEMBER)
    assert outcome.exit_code == 1
    assert (
        "Every record of an interchange has one fate" in outcome.output.partition("Differences")[2]
    )


def test_every_record_has_one_fate_and_they_add_up_to_the_trailer(closed_sample: Path) -> None:
    fates: Counter[tuple[str, str]] = Counter()
    for row in export(closed_sample, "fates", SEPTEMBER):
        fates[row["sender"], row["interchange_id"]] += int(row["records"])
    trailers: Counter[tuple[str, str]] = Counter()
    for file in (closed_sample / "archive" / sample_site.COMMISSIONER).glob("*.csv"):
        lines = file.read_text(encoding="utf-8").splitlines()
        header, trailer = lines[0].split(","), lines[-1].split(",")
        sender = header[4].removesuffix("00") if len(header[4]) == len("RZ100") else header[4]
        if int(trailer[2]):
            trailers[sender, header[3]] += int(trailer[2])
    assert fates == trailers


def test_pounds_of_practices_suspense_and_not_responsible_are_all_that_was_priced(
    closed_sample: Path,
) -> None:
    charges = export(closed_sample, "charges", SEPTEMBER)
    position = export(closed_sample, "position", SEPTEMBER)
    posted = sum(Decimal(row["ytd_actual"]) for row in position if row["pod"] != "total")
    elsewhere = sum(Decimal(row["total_price"]) for row in charges if row["responsible"] == "false")
    assert posted + elsewhere == sum(Decimal(row["total_price"]) for row in charges)


def test_months_closed_again_leave_the_same_exports_and_packages(
    closed_sample: Path, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    shutil.copytree(closed_sample, site)
    export_all(site, tmp_path / "before")
    before = contents(revision(site))
    done(site, "close", SEPTEMBER)
    assert "verified, not changed" in done(site, "close", sample_site.PERIODS[0]).output
    export_all(site, tmp_path / "after")
    assert contents(tmp_path / "after") == contents(tmp_path / "before")
    assert contents(revision(site)) == before


def test_an_earlier_month_exports_the_same_whenever_it_is_asked(
    sample_to_august: Path, closed_sample: Path, tmp_path: Path
) -> None:
    export_all(sample_to_august, tmp_path / "then", "2004-07")
    export_all(closed_sample, tmp_path / "now", "2004-07")
    assert contents(tmp_path / "now") == contents(tmp_path / "then")


def test_landing_everything_first_leaves_the_same_standing_charges(
    closed_sample: Path, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    done(site, "init", str(site), "--sample")
    done(site, "land")
    for period in sample_site.PERIODS:
        done(site, "close", period)
    assert export(site, "charges", SEPTEMBER) == export(closed_sample, "charges", SEPTEMBER)
    ytd = {
        (row["practice_code"], row["pod"]): row["ytd_actual"]
        for row in export(closed_sample, "position", SEPTEMBER)
    }
    assert ytd == {
        (row["practice_code"], row["pod"]): row["ytd_actual"]
        for row in export(site, "position", SEPTEMBER)
    }


# Where a month is killed: the function about to be called, and what it is then called with.
KILLS = [
    ("transforms.warehouse.run", "land/quarantine.sql"),
    ("transforms.land.move", "2004-09"),
    ("transforms.gates.run_gate", "feed"),
    ("transforms.warehouse.run", "episodes/episode.sql"),
    ("transforms.warehouse.run", "spells/spell.sql"),
    ("transforms.warehouse.run", "prices/priced_spell.sql"),
    ("transforms.warehouse.run", "attribution/current_charge.sql"),
    ("transforms.gates.run_gate", "charges"),
    ("transforms.warehouse.run", "ledger/charge.sql"),
    ("transforms.warehouse.run", "ledger/posting.sql"),
    ("transforms.warehouse.run", "position/position.sql"),
    ("transforms.package.write_statement", "Y90003"),
    ("transforms.package.write_manifest", "r1"),
    ("transforms.run_record.stage_ran", "statements"),
    ("transforms.gates.run_gate", "statements"),
    ("transforms.run_record.gate_ran", "2004-09"),
]

# One process imports everything once and forks a run for each kill, which spares their imports.
KILLED_RUNS = """
import importlib, json, os, signal, sys
import great_expectations
from typer.testing import CliRunner
from transforms.cli import app

site, period, kills = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])

def run_killed(place, wanted):
    module_name, function_name = place.rsplit(".", 1)
    module = importlib.import_module(module_name)
    original = getattr(module, function_name)

    def killed(*arguments, **options):
        if any(wanted in str(argument) for argument in arguments):
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*arguments, **options)

    setattr(module, function_name, killed)
    CliRunner().invoke(app, ["land", "--site", site], catch_exceptions=False)
    CliRunner().invoke(app, ["close", period, "--site", site], catch_exceptions=False)
    os._exit(0)

for place, wanted in kills:
    child = os.fork() or run_killed(place, wanted)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL, f"{place} without {wanted}"
"""


def test_killed_at_any_stage_the_next_run_goes_on(
    site_before_september: Path, tmp_path: Path
) -> None:
    undisturbed = tmp_path / "undisturbed"
    shutil.copytree(site_before_september, undisturbed)
    for command in (["land"], ["close", SEPTEMBER]):
        done(undisturbed, *command)

    subprocess.run(
        [
            *(sys.executable, "-c", KILLED_RUNS),
            *(str(site_before_september), SEPTEMBER, json.dumps(KILLS)),
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=True,
        timeout=600,
    )
    for command in (["land"], ["close", SEPTEMBER]):
        done(site_before_september, *command)

    export_all(undisturbed, tmp_path / "expected")
    export_all(site_before_september, tmp_path / "found")
    assert contents(tmp_path / "found") == contents(tmp_path / "expected")
    assert contents(revision(site_before_september)) == contents(revision(undisturbed))
    done(site_before_september, "verify", SEPTEMBER)


def test_rendering_that_was_stopped_goes_on_to_the_same_bytes(
    closed_sample: Path, tmp_path: Path
) -> None:
    folders = [tmp_path / name for name in ("undisturbed", "stopped", "elsewhere")]
    for folder in folders:
        shutil.copytree(revision(closed_sample), folder)
    practices = ["Y90003", "Y90011"]
    undisturbed, stopped, elsewhere = folders
    documents.render(undisturbed, practices)
    documents.render(stopped, practices[:1], processes=1)
    documents.render(stopped, practices, processes=1)
    subprocess.run(
        [
            *(sys.executable, "-c"),
            "import pathlib, sys; from transforms import documents; "
            "documents.render(pathlib.Path(sys.argv[1]), sys.argv[2:], processes=1)",
            *(str(elsewhere), *practices),
        ],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "1"},
        check=True,
        timeout=300,
    )
    assert contents(stopped) == contents(undisturbed)
    assert contents(elsewhere) == contents(undisturbed)
