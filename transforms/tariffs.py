"""Tariff editions: folders of reference/tariffs, each checked whole before anything is priced.

An edition's rules are data. Exclusion rules name a field of the canonical record; they are turned
into one expression of SQL here, which is the only place where rules become code.
"""

import datetime
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import duckdb
import pydantic

from transforms import published_workbook, reference
from transforms.errors import UsageError
from transforms.feeds import canonical, delimited
from transforms.periods import financial_year_start
from transforms.published_workbook import SheetPlace
from transforms.reference import Source

EDITION_FILE = "edition.toml"
ADULT = 19

_MATCHES = {"equals": "{0} = {1}", "prefix": "starts_with({0}, {1})", "suffix": "suffix({0}, {1})"}


class Edition(pydantic.BaseModel):
    """edition.toml. Of a financial year the greatest `edition` is in force.

    `workbook` says which of the edition's tables stand in a published workbook instead of a CSV
    file, and where in it: by the file's name without its ending, such as `tariff`.
    """

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid")

    financial_year: str
    edition: Annotated[int, pydantic.Field(ge=1)]
    currency: str
    published: datetime.date | str = ""
    source: str = ""
    short_stay_minimum_age: Annotated[int, pydantic.Field(ge=0)] = ADULT
    market_forces: Literal["in_price", "paid_centrally"]
    workbook: dict[str, SheetPlace] = {}


def editions(folder: Path) -> list[Path]:
    """The folders of the editions in a `tariffs` folder.

    Raises UsageError where there is none, or where a folder is no edition: it was meant to be one.
    """
    found = sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []
    if not found:
        raise UsageError(
            "reference/tariffs/ holds no edition. Each is a folder with edition.toml and "
            "tariff.csv or a published workbook."
        )
    for path in found:
        if not (path / EDITION_FILE).is_file():
            raise UsageError(
                f"reference/tariffs/{path.name}/{EDITION_FILE} is missing. An edition needs one."
            )
    return found


def load(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Read every edition of a `tariffs` folder. Raises UsageError naming file, line and column."""
    connection.execute(
        "create or replace table reference.tariff_edition "
        "(edition varchar, financial_year varchar, "
        "number integer, currency varchar, published varchar, source varchar, "
        "short_stay_minimum_age integer, market_forces varchar, tariff_place varchar)"
    )
    for layout in reference.EDITION_LAYOUTS.values():
        reference.create(connection, layout)
    for edition in editions(folder):
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


def are_invented(folder: Path, financial_year: str) -> bool:
    """Whether an edition of a year says in its `source` that it was invented."""
    editions = (
        _read_edition(path, f"reference/tariffs/{path.parent.name}/{EDITION_FILE}")
        for path in sorted(folder.glob(f"*/{EDITION_FILE}"))
    )
    return any(
        edition.financial_year == financial_year and "invented" in edition.source.lower()
        for edition in editions
    )


def _load_edition(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    shown = f"reference/tariffs/{folder.name}"
    edition = _read_edition(folder / EDITION_FILE, f"{shown}/{EDITION_FILE}")
    connection.execute(
        "insert into reference.tariff_edition values "
        "($name, $year, $number, $currency, $published, $source, $age, $market_forces, null)",
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
    sources = {
        name: _load_table(connection, folder, edition, name) for name in reference.EDITION_LAYOUTS
    }
    # What a row of the tariff is called when a price is explained.
    place = f"{sources['tariff.csv'].shown.rpartition('/')[2]}, {sources['tariff.csv'].line}"
    connection.execute(
        "update reference.tariff_edition set tariff_place = $place where edition = $edition",
        {"place": place, "edition": folder.name},
    )
    _check_rules(connection, folder.name, sources)


def _load_table(
    connection: duckdb.DuckDBPyConnection, folder: Path, edition: Edition, name: str
) -> Source:
    """Read one table of an edition, if it has it: from its CSV file or from a workbook."""
    shown = f"reference/tariffs/{folder.name}"
    layout = reference.EDITION_LAYOUTS[name]
    place = edition.workbook.get(Path(name).stem)
    path = folder / name
    if path.is_file() and place is not None:
        raise UsageError(
            f"{shown} has {name}, and {EDITION_FILE} names a workbook for it too. Keep one."
        )
    if place is not None:
        return published_workbook.load(
            connection, folder, place, layout, shown, edition=folder.name
        )
    if path.is_file():
        reference.load(connection, path, layout, f"{shown}/{name}", edition=folder.name)
    elif name == "tariff.csv":
        raise UsageError(
            f"{shown} has no tariff.csv, and {EDITION_FILE} names no workbook in its place. "
            "An edition needs one."
        )
    return Source(f"{shown}/{name}")


def _read_edition(path: Path, shown: str) -> Edition:
    try:
        edition = Edition.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{shown} is not valid TOML: {error}.") from error
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        raise UsageError(f"{shown}: {'.'.join(map(str, first['loc']))}: {first['msg']}.") from error
    try:
        financial_year_start(edition.financial_year)
    except UsageError as error:
        raise UsageError(f"{shown}: financial_year: {error}") from error
    tables = [Path(name).stem for name in reference.EDITION_LAYOUTS]
    unknown = sorted(set(edition.workbook) - set(tables))
    if unknown:
        raise UsageError(
            f"{shown}: workbook.{unknown[0]} is no table of an edition. "
            f"There are {', '.join(tables)}."
        )
    return edition


def _check_rules(
    connection: duckdb.DuckDBPyConnection, edition: str, sources: Mapping[str, Source]
) -> None:
    """What a column's kind does not say. Raises UsageError naming file, line and column."""
    fields = ", ".join(map(delimited.quoted, (*canonical.FIELDS, "pod")))
    prices = ("elective_price", "daycase_price", "non_elective_price", "excess_day_price")
    for file, column, wrong, problem in (
        ("exclusions.csv", "field", f"field not in ({fields})", "is no field of a record, nor pod"),
        (
            "exclusions.csv",
            "match",
            "match not in ('equals', 'prefix', 'suffix')",
            "is not equals, prefix or suffix",
        ),
        (
            "top_ups.csv",
            "field",
            "field not in ('diagnosis', 'procedure')",
            "is not diagnosis or procedure",
        ),
        ("top_ups.csv", "rate_percent", "rate_percent < 0", "is below 0"),
        ("top_ups.csv", "maximum_age", "maximum_age < minimum_age", "is below minimum_age"),
        ("local_prices.csv", "per", "per not in ('spell', 'day')", "is not spell or day"),
        ("local_prices.csv", "price", "price < 0", "is below 0"),
        ("market_forces.csv", "index", "index <= 0", "is not above 0"),
        ("tariff.csv", "short_stay_percent", "short_stay_percent < 0", "is below 0"),
        *(("tariff.csv", price, f"{price} < 0", "is below 0") for price in prices),
    ):
        reference.problems_of(
            connection,
            f"select line from reference.{reference.EDITION_LAYOUTS[file].table} "
            f"where edition = {delimited.quoted(edition)} and {wrong} order by line",
            sources[file].shown,
            f"{sources[file].column(column)} {problem}",
            line=sources[file].line,
        )


def create_exclusion_macro(connection: duckdb.DuckDBPyConnection) -> None:
    """Make `with_exclusion_line(relation)`: the relation and a column `exclusion_line`.

    It is the line of the first rule of the row's edition that the row meets, or null. The relation,
    given by its name, has columns `edition`, `pod` and the canonical fields. A rule's value is
    compared with the field as a feed writes it: a date and time has a T between them.
    """
    rules = connection.execute(
        "select edition, line, field, match, value from reference.exclusion order by edition, line"
    ).fetchall()
    by_edition: dict[str, list[str]] = {}
    for edition, line, field, match, value in rules:
        condition = _MATCHES[match].format(_as_in_a_feed(field), delimited.quoted(value))
        by_edition.setdefault(edition, []).append(f"when {condition} then {line}")
    cases = " ".join(
        f"when edition = {delimited.quoted(edition)} then case {' '.join(conditions)} end"
        for edition, conditions in by_edition.items()
    )
    connection.execute(
        "create or replace temp macro with_exclusion_line(relation) as table "
        f"select *, cast(case {cases or 'when false then null'} end as bigint) as exclusion_line "
        "from query_table(relation)"
    )


def _as_in_a_feed(field: str) -> str:
    """The expression of a field's text as a canonical feed has it."""
    if field == "cds_applicable_datetime":
        return f"strftime({field}, '%Y-%m-%dT%H:%M:%S')"
    return f"cast({field} as varchar)"
