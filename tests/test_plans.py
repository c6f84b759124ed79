"""No stage compares every row with every other, which for a country would never end."""

import re
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.pipeline_run import close, land
from tests.site_builder import NwcsFile, SiteBuilder, episode_row
from transforms import warehouse

_MADE = re.compile(r"^create or replace (?:temp )?(table|view) (\w+)", re.MULTILINE)
# How DuckDB joins on a condition that is no equality of the two sides, whatever else is one.
_EVERY_PAIR = "BLOCKWISE_NL_JOIN"


@pytest.fixture
def plans(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The plan of every table and view that a stage makes, by its name."""
    found: dict[str, str] = {}
    run = warehouse.run

    def explained(connection: duckdb.DuckDBPyConnection, file: str, **variables: Any) -> None:
        for kind, name in _MADE.findall(text := warehouse.read(file)):
            if kind == "table":
                statements = connection.extract_statements(text)
                made = next(one for one in statements if re.search(rf"\b{name} as", one.query))
                found[name] = plan(connection, made.query)
        run(connection, file, **variables)
        for kind, name in _MADE.findall(text):
            if kind == "view":
                found[name] = plan(connection, f"from {name}")

    monkeypatch.setattr(warehouse, "run", explained)
    return found


def plan(connection: duckdb.DuckDBPyConnection, query: str) -> str:
    row = connection.execute(f"explain {query}").fetchone()
    assert row is not None
    return str(row[1])


def test_no_stage_compares_every_row_with_every_other(
    plans: dict[str, str], tmp_path: Path
) -> None:
    building = SiteBuilder(tmp_path / "site")
    building.setting("gates", enforce=False)
    site = building.write()
    land(site, NwcsFile("N1", [episode_row(1)]).write(tmp_path / "n1.csv"))
    close(site, "2004-04")
    assert {"episode", "stay", "attributed_spell", "period_posting", "detail_entry"} <= set(plans)
    assert [name for name, text in plans.items() if _EVERY_PAIR in text] == []
