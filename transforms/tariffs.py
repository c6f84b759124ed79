"""Tariff editions: folders of reference/tariffs, each checked whole before anything is priced.

An edition's rules are data. Exclusion rules name a field of the canonical record; they are turned
into one expression of SQL here, which is the only place where rules become code.
"""

import datetime
import tomllib
from pathlib import Path
from typing import Literal

import duckdb
import pydantic

from transforms import reference
from transforms.errors import UsageError
from transforms.feeds import canonical, delimited
from transforms.periods import financial_year_start

EDITION_FILE = "edition.toml"
ADULT = 19

_MATCHES = {"equals": "{0} = {1}", "prefix": "starts_with({0}, {1})", "suffix": "suffix({0}, {1})"}


class Edition(pydantic.BaseModel):
    """edition.toml. Of a financial year the greatest `edition` is in force."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid")

    financial_year: str
    edition: int
    currency: str
    published: datetime.date | str = ""
    source: str = ""
    short_stay_minimum_age: int = ADULT
    market_forces: Literal["in_price", "paid_centrally"]


def load(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Read every edition of a `tariffs` folder. Raises UsageError naming file, line and column."""
    connection.execute(
        "create or replace table reference.tariff_edition "
        "(edition varchar, financial_year varchar, "
        "number integer, currency varchar, published varchar, source varchar, "
        "short_stay_minimum_age integer, market_forces varchar)"
    )
    for layout in reference.EDITION_LAYOUTS.values():
        reference.create(connection, layout)
    editions = sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []
    if not editions:
        raise UsageError(
            "reference/tariffs/ holds no edition. Each is a folder with edition.toml and "
            "tariff.csv."
        )
    for edition in editions:
        _load_edition(connection, edition)
    clash = connection.execute(
        "select financial_year, number, string_agg(edition, ' and ' order by edition) "
        "from reference.tariff_edition group by all having count(*) > 1 limit 1"
    ).fetchone()
    if clash:
        raise UsageError(
            f"reference/tariffs/: {clash[2]} are both edition {clash[1]} of {clash[0]}. "
            f"Number the later one higher in its {EDITION_FILE}."
        )


def _load_edition(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    shown = f"reference/tariffs/{folder.name}"
    edition = _read_edition(folder / EDITION_FILE, f"{shown}/{EDITION_FILE}")
    connection.execute(
        "insert into reference.tariff_edition values "
        "($name, $year, $number, $currency, $published, $source, $age, $market_forces)",
        {
            "name": folder.name,
            "year": edition.financial_year,
            "number": edition.edition,
            "currency": edition.currency,
            "published": str(edition.published),
            "source": edition.source,
            "age": edition.short_stay_minimum_age,
            "market_forces": edition.market_forces,
        },
    )
    for name, layout in reference.EDITION_LAYOUTS.items():
        path = folder / name
        if path.is_file():
            reference.load(connection, path, layout, f"{shown}/{name}", edition=folder.name)
        elif name == "tariff.csv":
            raise UsageError(f"{shown} has no tariff.csv. An edition needs one.")
    _check_rules(connection, folder.name, shown)


def _read_edition(path: Path, shown: str) -> Edition:
    if not path.is_file():
        raise UsageError(f"{shown} is missing. An edition needs one.")
    try:
        edition = Edition.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{shown} is not valid TOML: {error}.") from error
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        raise UsageError(f"{shown}: {'.'.join(map(str, first['loc']))}: {first['msg']}.") from error
    financial_year_start(edition.financial_year)
    return edition


def _check_rules(connection: duckdb.DuckDBPyConnection, edition: str, shown: str) -> None:
    """What a column's kind does not say. Raises UsageError."""
    of_edition = f"edition = {delimited.quoted(edition)}"
    fields = ", ".join(map(delimited.quoted, (*canonical.FIELDS, "pod")))
    for table, file, wrong, problem in (
        (
            "exclusion",
            "exclusions.csv",
            f"field not in ({fields})",
            "field is no field of a record",
        ),
        (
            "exclusion",
            "exclusions.csv",
            "match not in ('equals', 'prefix', 'suffix')",
            "match is not equals, prefix or suffix",
        ),
        (
            "top_up",
            "top_ups.csv",
            "field not in ('diagnosis', 'procedure')",
            "field is not diagnosis or procedure",
        ),
        (
            "local_price",
            "local_prices.csv",
            "per not in ('spell', 'day')",
            "per is not spell or day",
        ),
        ("market_forces", "market_forces.csv", "index <= 0", "index is not above 0"),
        (
            "tariff",
            "tariff.csv",
            "least(elective_price, daycase_price, non_elective_price, excess_day_price, "
            "short_stay_percent) < 0",
            "a price or percentage is below 0",
        ),
    ):
        reference.problems_of(
            connection,
            f"select line from reference.{table} where {of_edition} and {wrong} order by line",
            f"{shown}/{file}",
            problem,
        )


def create_exclusion_macro(connection: duckdb.DuckDBPyConnection) -> None:
    """Make `exclusion_line_of(edition, pod, <canonical fields>)` from the editions' rules.

    It gives the line of the first rule of the edition that an episode meets, or null.
    """
    rules = connection.execute(
        "select edition, line, field, match, value from reference.exclusion order by edition, line"
    ).fetchall()
    by_edition: dict[str, list[str]] = {}
    for edition, line, field, match, value in rules:
        condition = _MATCHES[match].format(f"cast({field} as varchar)", delimited.quoted(value))
        by_edition.setdefault(edition, []).append(f"when {condition} then {line}")
    cases = " ".join(
        f"when edition = {delimited.quoted(edition)} then case {' '.join(conditions)} end"
        for edition, conditions in by_edition.items()
    )
    parameters = ", ".join(("edition", "pod", *canonical.FIELDS))
    connection.execute(
        f"create or replace temp macro exclusion_line_of({parameters}) as "
        f"cast(case {cases or 'when false then null'} end as bigint)"
    )
