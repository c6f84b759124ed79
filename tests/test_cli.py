"""What every command has in common: its options, and what it prints for machines."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from tests.pipeline_run import close, done, export, land, pbc
from tests.site_builder import NwcsFile, SiteBuilder, episode_row
from transforms import site as site_module
from transforms.cli import app

WITHOUT_A_SITE = {"init"}  # which makes one


def commands() -> dict[str, Any]:
    """Every command by its whole name."""
    found: dict[str, Any] = {}
    for name, command in vars(typer.main.get_command(app))["commands"].items():
        grouped = vars(command).get("commands")
        if grouped is None:
            found[name] = command
        else:
            found |= {f"{name} {under}": each for under, each in grouped.items()}
    return found


@pytest.mark.parametrize("name", commands())
def test_every_command_takes_the_common_options(name: str) -> None:
    options = {option for each in commands()[name].params for option in each.opts}
    assert "--json" in options
    if name not in WITHOUT_A_SITE:
        assert {"--site", "--commissioner"} <= options
        (site,) = (each for each in commands()[name].params if "--site" in each.opts)
        assert site.envvar == "PBC_SITE"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Two months closed; the tests change nothing of them."""
    builder = SiteBuilder(tmp_path_factory.mktemp("site"))
    builder.setting("gates", enforce=False)
    builder.tariff("H02", elective_price="1000.5", elective_trim_point="20")
    site = builder.write()
    rows = [episode_row(1), episode_row(2, hrg_code="", admission_method="77")]
    land(site, NwcsFile("N1", rows).write(site / "sent" / "n1.csv"))
    for period in ("2004-04", "2004-05"):
        close(site, period)
    yield site


def printed(site: Path, *command: str) -> Any:
    """What a command prints on standard output, which is JSON and nothing else."""
    from typer.testing import CliRunner

    result = CliRunner().invoke(app, [*command, "--json"], env={"PBC_SITE": str(site)})
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_init(tmp_path: Path) -> None:
    made = tmp_path / "made"
    assert printed(tmp_path, "init", str(made)) == {"site": str(made), "sample": False}


def test_every_setting_that_a_new_site_shows_is_one(tmp_path: Path) -> None:
    """Whoever takes the marks of comments away has settings that can be used."""
    done(tmp_path, "init", str(tmp_path / "made"))
    settings = tmp_path / "made" / "site.toml"
    defaults = site_module.load_site(tmp_path / "made").config
    settings.write_text(re.sub(r"(?m)^# (?=\[|\w+ = )", "", settings.read_text()))
    found = site_module.load_site(tmp_path / "made").config
    assert found.gates == defaults.gates
    assert found.landing == defaults.landing
    assert found.delivery == defaults.delivery
    assert found.warehouse.threads == 2


@pytest.mark.parametrize("table", ["charges", "postings", "position", "fates", "quarantine"])
def test_an_export_for_machines_says_what_the_csv_says(table: str, site: Path) -> None:
    def as_csv(value: Any) -> str:
        if isinstance(value, bool):
            return str(value).lower()
        return "" if value is None else str(value)

    found = printed(site, "export", table, "--period", "2004-04")["rows"]
    assert found
    assert [{name: as_csv(value) for name, value in row.items()} for row in found] == export(
        site, table, "2004-04"
    )


def test_money_is_text_and_a_count_is_a_number(site: Path) -> None:
    (charge,) = printed(site, "export", "charges", "--period", "2004-04")["rows"]
    assert (charge["total_price"], charge["episodes"], charge["responsible"]) == (
        "1000.50",
        1,
        True,
    )


def test_an_export_to_a_file(site: Path, tmp_path: Path) -> None:
    out = tmp_path / "fates.csv"
    told = printed(site, "export", "fates", "--period", "2004-04", "--out", str(out))
    assert told == {"file": str(out)}
    assert out.read_text().startswith("sender,interchange_id,fate,records\n")


def test_a_folder_is_no_file_to_write(site: Path, tmp_path: Path) -> None:
    outcome = pbc(site, "export", "fates", "--period", "2004-04", "--out", str(tmp_path))
    assert outcome.exit_code == 2
    assert f"{tmp_path} is a folder: give --out the file to write." in outcome.output


def test_rows_behind_a_figure(site: Path) -> None:
    assert printed(site, "rows", "2004-05", "charges.no_tariff_percent") == {"rows": []}


def test_a_month_with_a_later_one_after_it(site: Path) -> None:
    assert printed(site, "close", "2004-04") == printed(site, "verify", "2004-04")
    told = printed(site, "run", "2004-04")
    assert told == {"landed": [], "verified": printed(site, "verify", "2004-04")}


def test_a_month_before_the_first(site: Path) -> None:
    """It is not closed, and never will be."""
    outcome = pbc(site, "close", "2004-03")
    assert outcome.exit_code == 1
    assert "2004-03 cannot be closed: the books begin with 2004-04." in outcome.output
    outcome = pbc(site, "verify", "2004-03")
    assert outcome.exit_code == 2
    assert "2004-03 is not closed. Closed are 2004-04 to 2004-05. Periods" in outcome.output


def test_what_landed_is_told_though_the_month_cannot_close(site: Path) -> None:
    from typer.testing import CliRunner

    result = CliRunner().invoke(app, ["run", "2004-09", "--json"], env={"PBC_SITE": str(site)})
    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert told["landed"] == []
    assert told["error"].startswith("2004-09 cannot be closed: 2004-06 comes before it")
    done(site, "verify", "2004-05")
