"""The sample's September 2004, figure for figure, as it was kept and read."""

from pathlib import Path

import pytest

from tests.golden.keep import KEPT, TABLES, export_all


@pytest.fixture(scope="module")
def exports(closed_sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exports")
    export_all(closed_sample, folder)
    return folder


@pytest.mark.parametrize("table", TABLES)
def test_export_is_as_kept(table: str, exports: Path) -> None:
    new, kept = exports / f"{table}.csv", KEPT / f"{table}.csv"
    assert (
        new.read_text(encoding="utf-8").splitlines()
        == kept.read_text(encoding="utf-8").splitlines()
    )
