"""A small site to land files in, and what its warehouse holds."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.site_builder import COMMISSIONER, SiteBuilder
from transforms import warehouse
from transforms.site import load_site

Query = Callable[[str], list[dict[str, Any]]]


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site with nothing landed."""
    builder = SiteBuilder(tmp_path / "site")
    builder.tariff("H02", elective_price="1000", elective_trim_point="20")
    return builder.write()


@pytest.fixture
def ask(site: Path) -> Query:
    """Asks the site's warehouse."""

    def rows(query: str) -> list[dict[str, Any]]:
        with warehouse.open_warehouse(
            load_site(site), COMMISSIONER, "looking", read_only=True
        ) as connection:
            return warehouse.rows(connection, query)

    return rows
