"""Settings of the ledger that change between closes: months shut again, and a freeze lifted."""

from pathlib import Path

import pytest

from tests.pipeline_run import close, done, export, land
from tests.site_builder import SiteBuilder, episode_row


@pytest.fixture
def builder(tmp_path: Path) -> SiteBuilder:
    """A site with one spell of April at 1000 pounds, landed."""
    builder = SiteBuilder(tmp_path / "site")
    builder.setting("gates", enforce=False)
    for hrg, price in (("H01", "1000"), ("H02", "1300")):
        builder.tariff(hrg, elective_price=price)
    builder.episode(hrg_code="H01")
    land(builder.write())
    return builder


def closed(builder: SiteBuilder, period: str, **ledger: str | int) -> list[tuple[str, str, str]]:
    """Closes a period under these settings; returns kind, reason and amount of its postings."""
    builder.settings["ledger"] = {**ledger}
    site = builder.write()
    close(site, period)
    done(site, "verify", period)
    return [(row["kind"], row["reason"], row["amount"]) for row in export(site, "postings", period)]


def test_a_month_that_is_shut_and_opened_again_is_charged_once(builder: SiteBuilder) -> None:
    """Withdrawn, then restored, then left alone: the charge itself never changed."""
    assert closed(builder, "2004-04") == [("charge", "new", "1000.00")]
    assert closed(builder, "2004-05", opens="2004-05") == [("credit", "withdrawn", "-1000.00")]
    assert closed(builder, "2004-06") == [("charge", "restored", "1000.00")]
    assert closed(builder, "2004-07") == []
    assert closed(builder, "2004-08", opens="2004-05") == [("credit", "withdrawn", "-1000.00")]


def test_what_a_freeze_held_is_posted_once_it_is_lifted(builder: SiteBuilder) -> None:
    """Nothing that is held is lost."""
    assert closed(builder, "2004-04", freeze_after_months=0) == [("charge", "new", "1000.00")]
    builder.interchange(
        [episode_row(1, hrg_code="H02", cds_applicable_datetime="2004-05-20T12:00:00")]
    )
    land(builder.write())
    assert closed(builder, "2004-05", freeze_after_months=0) == []
    assert closed(builder, "2004-06") == [
        ("credit", "amended", "-1000.00"),
        ("charge", "amended", "1300.00"),
    ]
