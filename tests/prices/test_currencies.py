"""Currencies are data: one year priced by HRG3.1 and the next by HRG3.5, in one close."""

import json
from pathlib import Path

from tests.pipeline_run import close, export, land
from tests.site_builder import SiteBuilder


def test_two_currencies_beside_each_other(tmp_path: Path) -> None:
    """Each spell is priced in the currency of its year, market forces in price in both."""
    builder = SiteBuilder(tmp_path / "site")
    builder.setting("gates", enforce=False)
    in_price = {"market_forces": "in_price"}
    builder.edition("2003-04", financial_year="2003/04", currency="HRG3.1", **in_price)
    builder.edition("2004-05", currency="HRG3.5", **in_price)
    for folder, price, index in (("2003-04", "1000", "1.1"), ("2004-05", "2000", "1.05")):
        edition = builder.edition(folder)
        edition.tariff("H02", elective_price=price)
        edition.market_forces(index)
    builder.episode(hrg_code="H02", hrg_version="3.1", admission_date="2004-03-10")
    builder.episode(hrg_code="H02", hrg_version="3.5", admission_date="2004-04-10")
    site = builder.write()
    land(site)
    close(site, "2004-04")
    priced = {
        row["spell_id"]: (row["tariff_edition"], row["market_forces_payment"], row["total_price"])
        for row in export(site, "charges", "2004-04")
    }
    assert priced == {
        "RXA-S0000001": ("2003-04", "100.00", f"{1000 + 100}.00"),
        "RXA-S0000002": ("2004-05", "100.00", f"{2000 + 100}.00"),
    }
    statement = json.loads((site / "out/5XA/2004-04/r1/Y90001/statement.json").read_text())
    assert {
        edition["name"]: edition["currency"] for edition in statement["notes"]["tariff_editions"]
    } == {"2003-04": "HRG3.1", "2004-05": "HRG3.5"}
