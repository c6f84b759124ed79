"""A price with a thousands comma is never read as what stands before the comma."""

from decimal import Decimal
from pathlib import Path

from tests.pipeline_run import export, land, pbc
from tests.site_builder import SiteBuilder


def test_a_thousands_comma_is_understood_or_refused(tmp_path: Path) -> None:
    """`1,234` is 1234, or a bad row whose file, line and column are named; it is not 1.

    A known mistake of other people's pricing scripts.
    """
    builder = SiteBuilder(tmp_path)
    builder.tariff("H01", elective_price="1000")
    builder.tariff("H02", elective_price="1,234")
    builder.episode(hrg_code="H02")
    site = builder.write()
    land(site)
    outcome = pbc(site, "close", "2004-04")
    if outcome.exit_code == 0:
        (charge,) = export(site, "charges", "2004-04")
        assert Decimal(charge["base_price"]) == Decimal(1234)
    else:
        for named in ("tariff.csv", "line 3", "elective_price"):
            assert named in outcome.output
