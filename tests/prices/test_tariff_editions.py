"""Tariff editions as they are read: published workbooks, and rows that cannot be used."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from tests.pipeline_run import land, pbc
from tests.prices.workbook import EDITION, ROWS, write_edition
from tests.site_builder import EditionBuilder, SiteBuilder
from transforms import tariffs
from transforms.errors import UsageError
from transforms.feeds import canonical

Spoil = Callable[[EditionBuilder], object]


def prices(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[object, ...]]:
    """Returns the tariff as read: by HRG its prices, trim points, excess day and short stay."""
    rows = connection.execute(
        "select hrg_code, elective_price, daycase_price, non_elective_price, "
        "elective_trim_point, non_elective_trim_point, excess_day_price, short_stay_percent, line "
        "from reference.tariff"
    ).fetchall()
    return {row[0]: row[1:] for row in rows}


def test_a_published_workbook(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    """Thousands commas, `-` for none, percentages, and a number's binary noise, all as printed."""
    write_edition(tmp_path / "2017-18")
    tariffs.load(connection, tmp_path)
    pounds, none = Decimal, None
    assert prices(connection) == {
        "HN12F": (pounds(5431), pounds(5431), pounds(5431), 6, 6, pounds(250), none, 5),
        "HN99Z": (pounds(1234), pounds(1234), pounds("1300.50"), none, 8, none, Decimal(30), 6),
        "HN98Z": (none, none, pounds("0.30"), none, 5, pounds("1000.25"), Decimal(25), 8),
    }


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (("HN 1", "", 1, 1, 1, 1, 1, 1), "row 9: hrg_code (column A, 'HRG code') is not a code"),
        ((None, "", 1, 1, 1, 1, 1, 1), "row 9: hrg_code (column A, 'HRG code') is blank"),
        (("HN01A", "", "12,34", 1, 1, 1, 1, 1), "row 9: elective_price (column C, "),
        (("HN01A", "", 1, 2.5, 1, 1, 1, 1), "row 9: elective_trim_point (column D, "),
        (("HN01A", "", 1, 1, -1, 1, 1, 1), "row 9: non_elective_price (column E, "),
        (("HN01A", "", 1, 1, "=1+1", 1, 1, 1), "row 9: non_elective_price (column E, "),
        (("HN12F", "", 1, 1, 1, 1, 1, 1), "rows 5 and 9: two rows for the same hrg_code"),
    ],
)
def test_a_bad_row_of_a_workbook(
    row: tuple[object, ...], told: str, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """The error names file, sheet, row and column."""
    settings = EDITION.replace("last_row = 8", "last_row = 9")
    write_edition(tmp_path / "2017-18", [*ROWS, row], settings=settings)
    with pytest.raises(UsageError) as error:
        tariffs.load(connection, tmp_path)
    message = str(error.value)
    assert "tariffs/2017-18/national-prices.xlsx, sheet '1 APC and OPROC'" in message
    assert told in message


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("1 APC and OPROC", "2 Other"), "has no sheet '2 Other'. Its sheets are 'Contents'"),
        (("header_row = 4", "header_row = 3"), "row 3: the column 'HRG code'"),
        (('"HRG name"', '"Name"'), "the column 'Name' (hrg_name) stands there nowhere"),
        (("hrg_name =", "name ="), "name is no column of tariff"),
        (('hrg_code = "HRG code"', ""), "hrg_code is missing"),
        (("national-prices.xlsx", "other.xlsx"), "other.xlsx is missing"),
        (("national-prices.xlsx", "../x/other.xlsx"), "workbook.tariff.file"),
        (("[workbook.tariff", "[workbook.prices"), "workbook.prices is no table of an edition"),
    ],
)
def test_a_wrong_description_of_a_workbook(
    change: tuple[str, str], told: str, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """What edition.toml says must be there."""
    write_edition(tmp_path / "2017-18", settings=EDITION.replace(*change))
    with pytest.raises(UsageError) as error:
        tariffs.load(connection, tmp_path)
    assert told in str(error.value)


def test_a_file_that_is_no_workbook(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    """A CSV file by another name is told as what it is."""
    write_edition(tmp_path / "2017-18")
    (tmp_path / "2017-18" / "national-prices.xlsx").write_text("HRG code,HRG name\n")
    with pytest.raises(UsageError, match="cannot be read as a workbook"):
        tariffs.load(connection, tmp_path)


def test_a_tariff_given_twice(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    """A workbook and a CSV file for one table: which of them holds is not guessed."""
    write_edition(tmp_path / "2017-18")
    (tmp_path / "2017-18" / "tariff.csv").write_text("hrg_code\nHN12F\n")
    with pytest.raises(UsageError, match="Keep one"):
        tariffs.load(connection, tmp_path)


def comma_price(edition: EditionBuilder) -> object:
    """A thousands comma in a CSV file, which other scripts read as 1."""
    return edition.tariff("E10", elective_price="1,234")


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (comma_price, "tariff.csv has rows that cannot be used; correct them:\n  line 2: elective"),
        (lambda e: e.tariff("E10", elective_price="-1"), "line 2: elective_price is below 0"),
        (lambda e: e.tariff("E10", short_stay_percent="-5"), "short_stay_percent is below 0"),
        (lambda e: e.tariff("", elective_price="1"), "line 2: hrg_code is blank"),
        (lambda e: [e.tariff("E10"), e.tariff("E10")], "lines 2 and 3: two rows for the same hrg"),
        (lambda e: e.exclusion("ward", "1", reason="x"), "line 2: field is no field of a record"),
        (
            lambda e: e.exclusion("hrg_code", "1", match="like", reason="x"),
            "line 2: match is not equals, prefix or suffix",
        ),
        (lambda e: e.market_forces("0", "RXA"), "line 2: index is not above 0"),
        (lambda e: e.local_price("E10", "5", per="week"), "line 2: per is not spell or day"),
        (
            lambda e: e.top_up("S", "5", field="ward", value="1"),
            "line 2: field is not diagnosis or procedure",
        ),
        (
            lambda e: e.top_up(
                "S", "5", field="diagnosis", value="1", minimum_age=9, maximum_age=8
            ),
            "line 2: maximum_age is below minimum_age",
        ),
        (
            lambda e: [e.local_price("E10", "5"), e.local_price("E10", "6")],
            "lines 2 and 3: two rows for the same provider_code, hrg_code, pod",
        ),
    ],
)
def test_a_bad_row_names_file_line_and_column(
    spoil: Spoil, told: str, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """Nothing is priced with a half-read tariff."""
    site = SiteBuilder(tmp_path)
    spoil(site.edition())
    site.write()
    connection.execute("begin transaction")  # as a close reads it
    with pytest.raises(UsageError) as error:
        tariffs.load(connection, site.reference / "tariffs")
    assert "reference/tariffs/2004-05/" in str(error.value)
    assert told in str(error.value)


@pytest.mark.parametrize(
    ("field", "match", "value", "meets"),
    [
        ("cds_applicable_datetime", "equals", "2004-04-13T09:05:00", True),
        ("cds_applicable_datetime", "equals", "2004-04-13 09:05:00", False),
        ("cds_applicable_datetime", "prefix", "2004-04-13T09", True),
        ("cds_applicable_datetime", "prefix", "2004-04-13T10", False),
        ("cds_applicable_datetime", "suffix", "T09:05:00", True),
        ("cds_applicable_datetime", "suffix", "T09:05", False),
        ("admission_date", "equals", "2004-04-10", True),
        ("admission_date", "prefix", "2004-05", False),
    ],
)
def test_an_exclusion_rule_is_of_a_field_as_a_feed_writes_it(
    field: str,
    match: str,
    value: str,
    meets: bool,
    connection: duckdb.DuckDBPyConnection,
    tmp_path: Path,
) -> None:
    """Days are YYYY-MM-DD, and the time of a record has a T before it."""
    site = SiteBuilder(tmp_path)
    site.edition().exclusion(field, value, match=match)
    site.write()
    tariffs.load(connection, site.reference / "tariffs")
    tariffs.create_exclusion_macro(connection)
    episode = dict.fromkeys(canonical.FIELDS, "null") | {
        "cds_applicable_datetime": "timestamp '2004-04-13 09:05:00'",
        "admission_date": "date '2004-04-10'",
        "edition": "'2004-05'",
        "pod": "'elective'",
    }
    columns = ", ".join(f"{value} as {field}" for field, value in episode.items())
    connection.execute(f"create temp view episode_asked as select {columns}")
    found = connection.execute(
        "select exclusion_line from with_exclusion_line('episode_asked')"
    ).fetchone()
    assert found == ((2,) if meets else (None,))


def test_two_editions_of_one_number(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    """Which of them is in force would be a guess."""
    site = SiteBuilder(tmp_path)
    for folder in ("first", "second"):
        site.edition(folder, financial_year="2006/07", edition=1).tariff("E10")
    site.write()
    with pytest.raises(UsageError, match="first and second are both edition 1 of 2006/07"):
        tariffs.load(connection, site.reference / "tariffs")


def test_a_folder_that_is_no_edition(tmp_path: Path) -> None:
    """A close says so before it begins: it would price by the edition that was to be replaced."""
    site = SiteBuilder(tmp_path)
    site.tariff("H02", elective_price="1000")
    site.episode()
    land(site.write())
    (site.reference / "tariffs" / "2004-05-reissued").mkdir()
    outcome = pbc(tmp_path, "close", "2004-04")
    assert outcome.exit_code == 2
    assert "reference/tariffs/2004-05-reissued/edition.toml is missing." in outcome.output
