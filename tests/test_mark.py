"""A close reads its reference files as they are kept with it, or stops."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.pipeline_run import close, export, land, pbc
from tests.site_builder import SiteBuilder
from transforms import tariffs

PERIOD = "2004-04"


def in_place(path: Path, content: str) -> None:
    path.write_text(content, encoding="utf-8")


def by_another(path: Path, content: str) -> None:
    """Puts a file in the other's place that is as long and as old."""
    another = path.with_suffix(".new")
    another.write_text(content, encoding="utf-8")
    shutil.copystat(path, another)
    another.replace(path)


@pytest.mark.parametrize("change", [in_place, by_another])
def test_a_file_that_changes_while_it_is_read_stops_the_close(
    change: Callable[[Path, str], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    builder = SiteBuilder(tmp_path / "site")
    builder.setting("gates", enforce=False)
    builder.tariff(hrg_code="H02", elective_price="4000")
    builder.episode()
    site = builder.write()
    land(site)
    [tariff] = (site / "reference").glob("tariffs/*/tariff.csv")
    load = tariffs.load

    def changed_first(*arguments: Any) -> None:
        change(tariff, tariff.read_text(encoding="utf-8").replace("4000", "5000"))
        load(*arguments)

    with monkeypatch.context() as changing:
        changing.setattr(tariffs, "load", changed_first)
        stopped = pbc(site, "close", PERIOD)
    assert stopped.exit_code == 1
    assert f"{tariff.relative_to(site)} changed while it was read" in " ".join(
        stopped.output.split()
    )
    close(site, PERIOD)
    assert [row["base_price"] for row in export(site, "charges", PERIOD)] == ["5000.00"]
