"""The generator's activity, sent in each of the three forms, gives the same charges."""

from pathlib import Path

import pytest

from data.sample import generate
from tests.pipeline_run import Row, close, done, export

PERIODS = ("2004-04", "2004-05")


def charges(folder: Path, feed_format: str) -> list[Row]:
    """Two months of a small site's charges, by its feeds in one form."""
    site = folder / feed_format
    generate.generate_site(site, patients=3000, months=len(PERIODS), feed_format=feed_format)
    with (site / "site.toml").open("a", encoding="utf-8") as settings:
        settings.write("\n[gates]\nenforce = false\n")
    done(site, "land")
    for period in PERIODS:
        close(site, period)
    return export(site, "charges", PERIODS[-1])


@pytest.mark.slow
def test_the_same_charges_by_every_form(tmp_path: Path) -> None:
    """Every column of every charge: both protocols, deletions, bulk scopes, spoilt records."""
    expected = charges(tmp_path, "nwcs")
    assert len(expected) > 100
    for feed_format in ("cds62", "sus"):
        assert charges(tmp_path, feed_format) == expected, feed_format
