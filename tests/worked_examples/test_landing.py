"""Which files land, which wait and which are refused, by example.

The refusals are those of the builder's spoilt files, one for each way to spoil a file. The holds
stand at both sides of each bound of the rule that makes a bulk replacement wait.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.models.from_site import interchanges_of
from tests.models.protocol import held
from tests.pipeline_run import land, pbc
from tests.site_builder import FAULTS, NwcsFile, SiteBuilder, episode_row

# One process runs them all, for the site that they share.
pytestmark = pytest.mark.xdist_group("worked examples: landing")

APRIL = ("2004-04-01", "2004-04-30")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A site to which the examples are sent, each with a sender of its own."""
    builder = SiteBuilder(tmp_path_factory.mktemp("site"))
    builder.write()
    yield builder.directory


def bulk_file(
    interchange_id: str,
    sender: str,
    records: int,
    *,
    period: tuple[str, str] = APRIL,
    extract: str = "2004-05-05T06:00:00",
) -> NwcsFile:
    """Returns a bulk replacement of so many records of April, by identifier from the first on."""
    start, end = period
    return NwcsFile(
        interchange_id,
        [
            episode_row(
                number,
                nights=3,
                cds_unique_identifier=f"{sender}{number:05d}",
                provider_spell_number=f"{sender}{number:05d}",
            )
            for number in range(1, records + 1)
        ],
        sender=sender,
        protocol="020",
        bulk_group="010",
        period_start=start,
        period_end=end,
        extract_datetime=extract,
    )


@pytest.mark.parametrize("fault", FAULTS)
def test_a_spoilt_file_is_refused(fault: str, site: Path) -> None:
    """It is refused by its rule, with nothing of it landed: mended, it lands."""
    code, _ = FAULTS[fault]
    place = list(FAULTS).index(fault)
    file = bulk_file(f"FAULT{place:02d}", f"F{place:02d}", 2)
    path = site / "sent" / f"fault-{place}.csv"
    outcome = pbc(site, "land", str(file.write(path, fault=fault)))
    assert outcome.exit_code == 2
    assert code in outcome.output
    land(site, file.write(path))


def test_the_same_file_again_is_no_news(site: Path) -> None:
    """The same content under the same identifier is a no-op."""
    path = bulk_file("AGAIN", "AGN", 2).write(site / "sent" / "again.csv")
    land(site, path)
    land(site, path)


def test_other_content_under_a_known_identifier_is_refused(site: Path) -> None:
    """An interchange identifier belongs to one content of a sender; another sender has his own."""
    land(site, bulk_file("KNOWN", "KN1", 2).write(site / "sent" / "known.csv"))
    other = bulk_file("KNOWN", "KN1", 3).write(site / "sent" / "other.csv")
    outcome = pbc(site, "land", str(other))
    assert outcome.exit_code == 2
    assert "F05" in outcome.output
    land(site, bulk_file("KNOWN", "KN2", 3).write(site / "sent" / "of-another-sender.csv"))


@pytest.mark.parametrize("compress", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("byte_order_mark", [False, True], ids=["no BOM", "BOM"])
def test_a_good_file_lands_in_any_dress(
    compress: bool, line_end: str, byte_order_mark: bool, site: Path
) -> None:
    """Plain or gzip, with either line end, with or without a byte order mark."""
    name = f"DRESS{compress:d}{byte_order_mark:d}{len(line_end)}"
    file = bulk_file(name, f"D{compress:d}{byte_order_mark:d}{len(line_end)}", 2)
    path = site / "sent" / f"{name}.csv"
    land(
        site,
        file.write(path, compress=compress, line_end=line_end, byte_order_mark=byte_order_mark),
    )


@pytest.mark.parametrize(
    ("before", "after", "waits"),
    [
        pytest.param(400, 299, True, id="removes 101 of 400: more than 100, more than 25 per cent"),
        pytest.param(400, 300, False, id="removes 100 of 400: neither"),
        pytest.param(404, 303, False, id="removes 101 of 404: exactly 25 per cent"),
        pytest.param(200, 100, False, id="removes 100 of 200: a half, but not more than 100"),
        pytest.param(101, 0, True, id="removes all of 101"),
        pytest.param(100, 0, False, id="removes all of 100"),
    ],
)
def test_a_shrinking_bulk_replacement_waits(
    before: int, after: int, waits: bool, site: Path
) -> None:
    """It waits if it would remove more than 100 and more than 25 per cent of its scope."""
    sender = f"S{before}{after}"[:6]
    first = bulk_file(f"BEFORE{before}-{after}", sender, before)
    second = bulk_file(f"AFTER{before}-{after}", sender, after, extract="2004-06-05T06:00:00")
    landed, arriving = interchanges_of([first, second])
    assert held([landed], arriving) == waits
    land(site, first.write(site / "sent" / "first.csv"))
    outcome = pbc(site, "land", str(second.write(site / "sent" / "second.csv")))
    assert outcome.exit_code == (1 if waits else 0)
    assert ("H01" in outcome.output) == waits


@pytest.mark.parametrize(
    ("period", "waits"),
    [
        pytest.param(("2004-04-01", "2005-04-01"), False, id="366 days, both ends counted"),
        pytest.param(("2004-04-01", "2005-04-02"), True, id="367 days"),
    ],
)
def test_a_long_report_period_waits(period: tuple[str, str], waits: bool, site: Path) -> None:
    """It waits if its report period is longer than 366 days, both ends counted."""
    file = bulk_file(f"LONG{period[1]}", f"L{period[1][-2:]}", 1, period=period)
    (arriving,) = interchanges_of([file])
    assert held([], arriving) == waits
    outcome = pbc(site, "land", str(file.write(site / "sent" / "long.csv")))
    assert outcome.exit_code == (1 if waits else 0)
