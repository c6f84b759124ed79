"""Each expectation of the gate `statements`: a closed September that it stops, and one it passes.

The data is the sample site's, closed to September. One thing in its books or packages is spoilt.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from tests import sample_site
from transforms.gates import run_gate
from transforms.periods import Period
from transforms.site import load_site

pytestmark = [pytest.mark.xdist_group("great_expectations"), pytest.mark.slow]

CODE = sample_site.COMMISSIONER
PERIOD = Period.parse(sample_site.SEPTEMBER)

POSTINGS = "Spells whose postings are not their charge"
PRICED = "Totals by which statements, suspense and the named lists miss all that was priced"
COMPONENTS = "Prices that are not the sum of their components"
CLOSINGS = "Practices whose opening, new and adjustments are not their closing"
POSITIONS = "Figures of a position that are not the ledger's"
BUDGETS = "Budgets that are not the sum of their parts, or stand in no position"
FORECASTS = "Expected year-ends that are not the position's, the chart's, or the sum of their parts"
FATES = "Interchanges whose fates are not the records that they declare"
DETAILS = "Detail files that do not add up to their statement"
PACKAGES = "Files of packages that are missing, or not what the manifest lists"


@pytest.fixture
def site(closed_sample: Path, tmp_path: Path) -> Path:
    """A copy of the closed sample, to spoil."""
    return Path(shutil.copytree(closed_sample, tmp_path / "site"))


def failed(site: Path) -> dict[str, str | None]:
    """The checks that do not pass, each with its figure; all of them stop the run."""
    checks = run_gate(load_site(site), CODE, PERIOD, "statements").checks
    assert {check.severity for check in checks} == {"critical"}
    return {check.name: check.observed for check in checks if not check.passed}


def spoil(site: Path, statement: str) -> None:
    with duckdb.connect(str(site / "warehouse" / f"{CODE}.duckdb")) as connection:
        connection.execute(statement)


def test_a_closed_month_passes_every_expectation(site: Path) -> None:
    assert failed(site) == {}


A_POSTING = "charge_reference = (select min(charge_reference) from posting where close_number = 6)"
A_CHARGE = (
    "charge_number = (select min(charge_number) from charge where to_close is null "
    "and responsible and price_status = 'priced')"
)


@pytest.mark.parametrize(
    ("statement", "names"),
    [
        (
            f"update posting set amount = amount + 0.01 where {A_POSTING}",
            {POSTINGS, PRICED, POSITIONS},
        ),
        (f"update charge set base_price = base_price + 0.01 where {A_CHARGE}", {COMPONENTS}),
        (
            "update position set ytd_actual = ytd_actual + 0.01 "
            "where close_number = 6 and practice_code = 'Y90001' and pod = 'elective'",
            {CLOSINGS, POSITIONS},
        ),
        (
            "update position set ytd_actual = ytd_actual + 0.01 "
            "where close_number = 6 and practice_code = 'Y90001' and pod = 'total'",
            {CLOSINGS, POSITIONS},
        ),
        (
            "update position set forecast = forecast + 0.01 "
            "where close_number = 6 and practice_code = 'Y90001' and pod = 'total'",
            {FORECASTS},
        ),
        (
            "update budget set uplift = uplift + 0.01 "
            "where close_number = 6 and practice_code = 'Y90001' and pod = 'elective'",
            {BUDGETS},
        ),
        (
            "delete from budget where close_number = 6 and practice_code = 'Y90001' "
            "and pod = 'elective'",
            {BUDGETS},
        ),
        ("update interchange set declared_records = 1 where landing_number = 1", {FATES}),
        ("insert into live_record from live_record limit 1", {FATES}),
        (
            "insert into statement values (6, 'Y99999', '5XA/2004-09/Y99999/r1', false)",
            {PACKAGES},
        ),
    ],
)
def test_books_that_do_not_tie_are_stopped(site: Path, statement: str, names: set[str]) -> None:
    spoil(site, statement)
    assert set(failed(site)) == names


def folder(site: Path) -> Path:
    return site / "out" / CODE / str(PERIOD) / "r1"


def alter(site: Path) -> None:
    """One byte of a statement is another."""
    path = folder(site) / "Y90001" / "statement.json"
    path.write_bytes(path.read_bytes().replace(b"Y90001", b"Y90002", 1))


def lose_one(site: Path) -> None:
    (folder(site) / "Y90001" / "charges.parquet").unlink()


def lose_manifest(site: Path) -> None:
    (folder(site) / "manifest.json").unlink()


def break_one(site: Path) -> None:
    (folder(site) / "Y90001" / "statement.json").write_text("not JSON")


@pytest.mark.parametrize("damage", [alter, lose_one, lose_manifest, break_one])
def test_packages_that_are_not_what_the_manifest_lists_are_stopped(
    site: Path, damage: Callable[[Path], None]
) -> None:
    damage(site)
    assert failed(site) == {PACKAGES: "1"}


def relist(site: Path) -> None:
    """List the files in the manifest as they are now, as a fault of our own would."""
    from transforms import package

    manifest = package.read_manifest(folder(site))
    files = tuple(
        package.file_hash(folder(site), folder(site) / file.path) for file in manifest.files
    )
    package.write_manifest(folder(site), manifest.model_copy(update={"files": files}))


def test_a_detail_file_that_does_not_add_up_is_stopped(site: Path) -> None:
    path = folder(site) / "Y90001" / "charges.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            f"create table charges as from '{path}'; "
            "update charges set sheet = 'year_to_date' where charge_reference = "
            "(select min(charge_reference) from charges where sheet = 'charges year_to_date'); "
            f"copy charges to '{path}' (format parquet)"
        )
    relist(site)
    assert failed(site) == {DETAILS: "1"}


def test_a_statement_that_says_another_sum_is_stopped(site: Path) -> None:
    from transforms import package

    place = folder(site) / "Y90001"
    statement = package.read_statement(place)
    headline = statement.headline.model_copy(
        update={"spent_to_date": statement.headline.spent_to_date + 1}
    )
    package.write_statement(place, statement.model_copy(update={"headline": headline}))
    relist(site)
    assert failed(site) == {POSITIONS: "1"}


def test_a_statement_whose_changes_do_not_lead_to_its_closing_is_stopped(site: Path) -> None:
    from transforms import package

    place = folder(site) / "Y90001"
    statement = package.read_statement(place)
    changes = statement.changes.model_copy(update={"opening": statement.changes.opening + 1})
    package.write_statement(place, statement.model_copy(update={"changes": changes}))
    relist(site)
    assert failed(site) == {CLOSINGS: "1"}
