"""The reference files: what each must look like, and reading them into the warehouse.

A close reads its reference data from tables of schema `reference`, made here from the files' bytes
as the close's mark keeps them. A file is read whole or not at all: a bad row is an error that names
file, line and column, never a value (which may be a patient's).
"""

import contextlib
import csv
import dataclasses
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import duckdb

from transforms import warehouse
from transforms.errors import UsageError
from transforms.feeds import delimited
from transforms.feeds.file import FeedFile, inspect

Kind = Literal[
    "text",
    "code",
    "date",
    "ods_date",
    "whole",
    "money",
    "number",
    "month",
    "financial_year",
    "pod",
]

PROBLEMS_SHOWN = 5

LINE = "stated_line"
_IGNORED = "ignored_"

# How a kind is read: {0} is the trimmed text. Null for what is not of the kind.
_READINGS: dict[Kind, str] = {
    "text": "{0}",
    "code": "if(regexp_full_match({0}, '[0-9A-Za-z]+'), {0}, null)",
    "date": "iso_date({0})",
    "ods_date": "if(regexp_full_match({0}, '[0-9]{{8}}'), "
    "cast(try_strptime({0}, '%Y%m%d') as date), null)",
    "whole": "if(regexp_full_match({0}, '[0-9]{{1,9}}'), try_cast({0} as integer), null)",
    "money": "if(regexp_full_match({0}, '-?[0-9]{{1,13}}([.][0-9]{{1,2}})?'), "
    "try_cast({0} as decimal(18, 2)), null)",
    "number": "if(regexp_full_match({0}, '-?[0-9]{{1,9}}([.][0-9]{{1,8}})?'), "
    "try_cast({0} as decimal(18, 8)), null)",
    "month": "if(regexp_full_match({0}, '[0-9]{{4}}-(0[1-9]|1[0-2])'), "
    "try_cast({0} || '-01' as date), null)",
    "financial_year": "if(regexp_full_match({0}, '[0-9]{{4}}/[0-9]{{2}}') "
    "and (try_cast({0}[1:4] as integer) + 1) % 100 = try_cast({0}[6:7] as integer), {0}, null)",
    "pod": "if({0} in ('elective', 'daycase', 'non_elective'), {0}, null)",
}
# What stands in a table for a text that is not of its column's kind, until that is told: nothing of
# the kind is equal to it. Of the kinds `text` and `code` every text stands as it is.
_MARKS: dict[Kind, str] = {
    "date": "date 'infinity'",
    "ods_date": "date 'infinity'",
    "whole": "-1",
    "money": "9999999999999999.99",
    "number": "9999999999.99999999",
    "month": "date 'infinity'",
    "financial_year": "''",
    "pod": "''",
}
_WORDS: dict[Kind, str] = {
    "text": "text",
    "code": "a code of letters and digits",
    "date": "a date, YYYY-MM-DD",
    "ods_date": "a date, CCYYMMDD",
    "whole": "a whole number",
    "money": "pounds with at most two decimals and no commas, such as 1234.50",
    "number": "a number without commas, such as 12.5",
    "month": "a month, YYYY-MM",
    "financial_year": "a financial year, such as 2004/05",
    "pod": "elective, daycase or non_elective",
}


@dataclass(frozen=True)
class Column:
    """A column of a reference file. A column that is not `needed` may be left out altogether."""

    name: str
    kind: Kind = "text"
    required: bool = False
    needed: bool = True


@dataclass(frozen=True)
class Layout:
    """A reference file's columns. `key` columns together stand once; none means no such rule.

    `header` is False for the ODS files, which have none: `columns` then are in the file's order.
    A `long` one, of everybody there is, is read straight into its table, in the file's order.
    """

    table: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    header: bool = True
    long: bool = False

    @property
    def line(self) -> str:
        """The expression that gives a row's line in its file."""
        if not self.long:
            return "line"
        first = 2 if self.header else 1
        return f"rowid - (select min(rowid) from reference.{self.table}) + {first}"


@dataclass(frozen=True)
class Source:
    """What messages call a file, its lines and, where the file has names of its own, its columns.

    `shown` is the file, with the sheet of a workbook; `line` what a line of it is called.
    """

    shown: str
    line: str = "line"
    columns: Mapping[str, str] = field(default_factory=dict)

    def column(self, name: str) -> str:
        return self.columns.get(name, name)


def _layout(table: str, *columns: Column, key: tuple[str, ...] = (), long: bool = False) -> Layout:
    return Layout(table, columns, key, long=long)


LAYOUTS: dict[str, Layout] = {
    "practices.csv": _layout(
        "practice",
        Column("practice_code", "code", required=True),
        Column("name", required=True),
        Column("address", needed=False),
        Column("postcode", needed=False),
        Column("open_date", "date", needed=False),
        Column("close_date", "date", needed=False),
        Column("list_size", "whole", needed=False),
        Column("weighted_list_size", "number", needed=False),
        key=("practice_code",),
    ),
    "memberships.csv": _layout(
        "membership",
        Column("practice_code", "code", required=True),
        Column("commissioner_code", "code", required=True),
        Column("start_date", "date", required=True),
        Column("end_date", "date"),
    ),
    "registrations.csv": _layout(
        "registration",
        Column("nhs_number", required=True),
        Column("practice_code", "code", required=True),
        Column("start_date", "date", required=True),
        Column("end_date", "date"),
        long=True,
    ),
    "gps.csv": _layout(
        "gp",
        Column("gmp_code", "code", required=True),
        Column("practice_code", "code", required=True),
        Column("start_date", "date", required=True),
        Column("end_date", "date"),
    ),
    "successions.csv": _layout(
        "succession",
        Column("practice_code", "code", required=True),
        Column("successor_code", "code", required=True),
        Column("date", "date", required=True),
    ),
    "providers.csv": _layout(
        "provider",
        Column("provider_code", "code", required=True),
        Column("name", required=True),
        key=("provider_code",),
    ),
    "budgets.csv": _layout(
        "budget",
        Column("financial_year", "financial_year", required=True),
        Column("practice_code", "code", required=True),
        Column("pod", "pod", required=True),
        Column("annual_amount", "money", required=True),
        Column("status"),
        key=("financial_year", "practice_code", "pod"),
    ),
    "history.csv": _layout(
        "history",
        Column("practice_code", "code", required=True),
        Column("financial_year", "financial_year", required=True),
        Column("pod", "pod", required=True),
        Column("spells", "whole", required=True),
        Column("amount", "money", required=True),
        key=("practice_code", "financial_year", "pod"),
    ),
    "participation.csv": _layout(
        "participation",
        Column("practice_code", "code", required=True),
        Column("status", required=True),
        Column("from_date", "date"),
        key=("practice_code", "from_date"),
    ),
    "scope.csv": _layout(
        "budget_scope",
        Column("financial_year", "financial_year", required=True),
        Column("practice_code", "code", required=True),
        Column("pod", "pod", required=True),
        Column("treatment", required=True),
        key=("financial_year", "practice_code", "pod"),
    ),
    "profile.csv": _layout(
        "profile",
        Column("financial_year", "financial_year", required=True),
        Column("pod", "pod", required=True),
        Column("month", "month", required=True),
        Column("share", "number", required=True),
        key=("financial_year", "pod", "month"),
    ),
}

# The files of the Organisation Data Service, which have no header: "GP Practices" (epraccur) and
# "Practice memberships" (epcmem), as its download pages describe them. Each takes the place of one
# of the site's own files.
ODS_LAYOUTS: dict[str, Layout] = {
    "epraccur.csv": Layout(
        "ods_practice",
        (
            Column("organisation_code", "code", required=True),
            Column("name", required=True),
            Column("national_grouping"),
            Column("high_level_health_geography"),
            *(Column(f"address_line_{number}") for number in range(1, 6)),
            Column("postcode"),
            Column("open_date", "ods_date"),
            Column("close_date", "ods_date"),
            Column("status_code"),
            Column("organisation_sub_type_code"),
            Column("commissioner"),
            Column("join_provider_purchaser_date", "ods_date"),
            Column("left_provider_purchaser_date", "ods_date"),
            Column("contact_telephone_number"),
            Column("null_19"),
            Column("null_20"),
            Column("null_21"),
            Column("amended_record_indicator"),
            Column("null_23"),
            Column("provider_purchaser"),
            Column("null_25"),
            Column("prescribing_setting"),
            Column("null_27"),
        ),
        key=("organisation_code",),
        header=False,
    ),
    "epcmem.csv": Layout(
        "ods_membership",
        (
            Column("organisation_code", "code", required=True),
            Column("parent_organisation_code", "code", required=True),
            Column("parent_organisation_type"),
            Column("join_parent_date", "ods_date", required=True),
            Column("left_parent_date", "ods_date"),
            Column("amended_record_indicator"),
        ),
        header=False,
    ),
}

# Which of the site's own files each file of the Organisation Data Service takes the place of.
ODS_IN_PLACE_OF = {"epraccur.csv": "practices.csv", "epcmem.csv": "memberships.csv"}

EDITION_LAYOUTS: dict[str, Layout] = {
    "tariff.csv": _layout(
        "tariff",
        Column("hrg_code", "code", required=True),
        Column("hrg_name"),
        Column("elective_price", "money"),
        Column("daycase_price", "money"),
        Column("non_elective_price", "money"),
        Column("elective_trim_point", "whole"),
        Column("non_elective_trim_point", "whole"),
        Column("excess_day_price", "money"),
        Column("short_stay_percent", "number"),
        key=("hrg_code",),
    ),
    "exclusions.csv": _layout(
        "exclusion",
        Column("rule", required=True),
        Column("field", required=True),
        Column("match", required=True),
        Column("value", required=True),
        Column("reason", required=True),
    ),
    "top_ups.csv": _layout(
        "top_up",
        Column("service", required=True),
        Column("rate_percent", "number", required=True),
        Column("field", required=True),
        Column("value", required=True),
        Column("minimum_age", "whole"),
        Column("maximum_age", "whole"),
    ),
    "top_up_providers.csv": _layout(
        "top_up_provider",
        Column("service", required=True),
        Column("provider_code", "code", required=True),
    ),
    "market_forces.csv": _layout(
        "market_forces",
        Column("provider_code", "code", required=True),
        Column("index", "number", required=True),
        key=("provider_code",),
    ),
    "local_prices.csv": _layout(
        "local_price",
        Column("provider_code", "code"),
        Column("hrg_code", "code", required=True),
        Column("pod", "pod"),
        Column("price", "money", required=True),
        Column("per", required=True),
        key=("provider_code", "hrg_code", "pod"),
    ),
    "procedure_rank.csv": _layout(
        "procedure_rank",
        Column("procedure_code", required=True),
        Column("rank", "whole", required=True),
        key=("procedure_code",),
    ),
}


def create(connection: duckdb.DuckDBPyConnection, layout: Layout) -> None:
    """Make a layout's empty table in schema `reference`.

    Beside the columns it has each row's edition and line, unless it is a long one.
    """
    beside = [] if layout.long else ["edition varchar", "line bigint"]
    columns = [
        f"{delimited.identifier(column.name)} {_type(column.kind)}" for column in layout.columns
    ]
    connection.execute(
        f"create or replace table reference.{layout.table} ({', '.join(beside + columns)})"
    )


def load(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    layout: Layout,
    shown: str,
    *,
    edition: str | None = None,
) -> None:
    """Add a file's rows to its table. `shown` is what messages call the file.

    Raises UsageError naming file, line and column.
    """
    file = _inspect(path, shown)
    names, skip = _names(file, layout, shown)
    names_read = [name for name in names if not name.startswith(_IGNORED)]
    if not layout.header:
        # Lines that begin like a flat file's are not looked at for padding.
        file = dataclasses.replace(file, padded=True)
    values = ", ".join(
        f"{delimited.text(file, name)} as {delimited.identifier(name)}" for name in names_read
    )
    rows = delimited.source(file, names, skip=skip)
    if layout.long:
        delimited.forget_rejects(connection)
        connection.execute(
            f"insert into reference.{layout.table} "
            f"select {_values(layout)} from (select {values} from {rows})"
        )
        _require_fields(connection, shown, names)
        if _is_read(connection, layout):
            return
        # Only its text has lines: it is read again to name those that are wrong.
    with _apart(connection) as (database, reading):
        reading.execute(f"create table {database}.stated_row as select * from {rows}")
        _require_fields(reading, shown, names)
        connection.execute(
            f"create or replace temp view stated as "
            f"select {values}, rowid + {skip + 1} as {LINE} from {database}.stated_row"
        )
        if layout.long:
            problems = _problems(connection, layout, _stated(layout, names_read), Source(shown))
            raise unusable(shown, problems)
        take(connection, layout, Source(shown), names_read, edition=edition)
        connection.execute("drop view stated")


def _require_fields(
    connection: duckdb.DuckDBPyConnection, shown: str, names: Sequence[str]
) -> None:
    """Raise UsageError where a line of what was read has more or fewer fields than it should."""
    rejected = delimited.rejects(connection)
    if rejected:
        raise UsageError(
            f"{shown}, line {rejected[0].line}: this line cannot be read as {len(names)} "
            "comma-separated fields. Correct it; values with commas go in double quotes."
        )


@contextlib.contextmanager
def _apart(
    connection: duckdb.DuckDBPyConnection,
) -> Iterator[tuple[str, duckdb.DuckDBPyConnection]]:
    """A database in memory beside the connection's, its name, and a connection to fill it.

    DuckDB reads with all threads only what is committed, and a close commits nothing before its
    end. One for each file: a transaction sees a database as it was when it first looked at it.
    """
    database = f"apart_{uuid.uuid4().hex}"
    with contextlib.closing(connection.cursor()) as another:
        another.execute(f"attach ':memory:' as {database}")
        try:
            yield database, another
        finally:
            another.execute(f"detach {database}")


def take(
    connection: duckdb.DuckDBPyConnection,
    layout: Layout,
    source: Source,
    names: Sequence[str],
    *,
    edition: str | None = None,
) -> None:
    """Add the rows of the relation `stated`, all trimmed text, to a layout's table, and check them.

    `names` are those of the layout's columns that it has; `stated_line` is a row's place in the
    source. Raises UsageError naming source, line and column; rows may have been added then.
    """
    stated = _stated(layout, names)
    with warehouse.in_any_order(connection):  # each row has its line
        connection.execute(
            f"insert into reference.{layout.table} "
            f"select $edition, {LINE}, {_values(layout)} from {stated}",
            {"edition": edition},
        )
    if not _is_read(connection, layout):
        raise unusable(source.shown, _problems(connection, layout, stated, source))
    _check_key(connection, layout, source, edition)


def _stated(layout: Layout, names: Sequence[str]) -> str:
    """The relation `stated` with a layout's columns, of which it has those of these names."""
    values = ", ".join(
        f"{'' if column.name in names else 'null::varchar as '}{delimited.identifier(column.name)}"
        for column in layout.columns
    )
    return f"(select {LINE}, {values} from stated)"


def _inspect(path: Path, shown: str) -> FeedFile:
    from transforms.errors import RefusedFile

    try:
        return inspect(path)
    except RefusedFile as error:
        raise UsageError(f"{shown}: {error}") from error


def _type(kind: Kind) -> str:
    return {
        "date": "date",
        "ods_date": "date",
        "whole": "integer",
        "money": "decimal(18, 2)",
        "number": "decimal(18, 8)",
        "month": "date",
        # A text of its own in each row, as a rule: compressing takes as long as all the rest.
        "text": "varchar using compression uncompressed",
    }.get(kind, "varchar")


def _names(file: FeedFile, layout: Layout, shown: str) -> tuple[list[str], int]:
    """The file's column names in order, and the lines before its rows."""
    first = file.head_lines(1)[0]
    try:
        fields = next(csv.reader([first.decode("utf-8")], strict=True))
    except (UnicodeDecodeError, csv.Error, StopIteration) as error:
        raise UsageError(f"{shown}, line 1: not a comma-separated line of UTF-8 text.") from error
    if not layout.header:
        expected = [column.name for column in layout.columns]
        if len(fields) != len(expected):
            raise UsageError(
                f"{shown}, line 1: {len(fields)} columns, where the file of the Organisation Data "
                f"Service has {len(expected)} and no header. Get the file again."
            )
        return expected, 0
    names = [name.strip().lower() for name in fields]
    known = [column.name for column in layout.columns]
    repeated = [name for name in known if names.count(name) > 1]
    missing = [c.name for c in layout.columns if (c.required or c.needed) and c.name not in names]
    if repeated or missing:
        wrong = [f"{name} is missing" for name in missing] + [f"{name} twice" for name in repeated]
        raise UsageError(
            f"{shown}, line 1: {', '.join(wrong)}. Its columns are {', '.join(known)}."
        )
    return [name if name in known else f"{_IGNORED}{place}" for place, name in enumerate(names)], 1


def _reading(column: Column) -> str:
    return _READINGS[column.kind].format(delimited.identifier(column.name))


def _values(layout: Layout) -> str:
    """What is kept of a row of trimmed text; a text that is not of its column's kind is marked."""
    return ", ".join(map(_reading_or_mark, layout.columns))


def _reading_or_mark(column: Column) -> str:
    text = delimited.identifier(column.name)
    if column.kind not in _MARKS:
        return text
    mark = _MARKS[column.kind]
    return f"case when {text} is not null then coalesce({_reading(column)}, {mark}) end"


def _is_read(connection: duckdb.DuckDBPyConnection, layout: Layout) -> bool:
    """Whether nothing in a table is marked or no code, and nothing required is blank.

    Each is asked by itself: what DuckDB knows of a group of rows answers most of it, unread. Codes
    are few, and each is looked at once.
    """
    wrong = [f"{delimited.identifier(c.name)} is null" for c in layout.columns if c.required]
    wrong += [
        f"{delimited.identifier(c.name)} = {_MARKS[c.kind]}"
        for c in layout.columns
        if c.kind in _MARKS
    ]
    table = f"reference.{layout.table}"
    asked = [f"exists (from {table} where {each})" for each in wrong]
    asked += [
        f"exists (from (select distinct {name} from {table}) where {name} is not null "
        f"and {_READINGS['code'].format(name)} is null)"
        for name in (delimited.identifier(c.name) for c in layout.columns if c.kind == "code")
    ]
    found = connection.execute(f"select {' or '.join(asked)}").fetchone()
    return found == (False,)


def _problems(
    connection: duckdb.DuckDBPyConnection, layout: Layout, stated: str, source: Source
) -> list[str]:
    """The first of what cannot be used, a line for each."""
    texts = [delimited.identifier(column.name) for column in layout.columns]
    wrong = [
        f"{_reading(column)} is null" + ("" if column.required else f" and {text} is not null")
        for column, text in zip(layout.columns, texts, strict=True)
    ]
    found = connection.execute(
        f"select {LINE}, [{', '.join(wrong)}] as wrong, [{', '.join(texts)}] from {stated} "
        f"where list_contains(wrong, true) order by {LINE} limit {PROBLEMS_SHOWN}"
    ).fetchall()
    listed = [
        f"  {source.line} {line}: {source.column(column.name)} "
        f"{'is blank' if text is None else f'is not {_WORDS[column.kind]}'}"
        for line, flags, values in found
        for column, is_wrong, text in zip(layout.columns, flags, values, strict=True)
        if is_wrong
    ]
    return listed[:PROBLEMS_SHOWN]


def unusable(shown: str, problems: Sequence[str]) -> UsageError:
    """The error of a file with rows that cannot be used; `problems` are lines that name them."""
    listed = "\n".join(problems)
    return UsageError(f"{shown} has rows that cannot be used; correct them:\n{listed}")


def _check_key(
    connection: duckdb.DuckDBPyConnection, layout: Layout, source: Source, edition: str | None
) -> None:
    if not layout.key:
        return
    key = ", ".join(map(delimited.identifier, layout.key))
    found = connection.execute(
        f"select list(line order by line) from reference.{layout.table} "
        f"where edition is not distinct from $edition group by {key} having count(*) > 1 "
        "order by min(line) limit 1",
        {"edition": edition},
    ).fetchone()
    if found:
        lines = " and ".join(str(line) for line in found[0][:2])
        columns = ", ".join(source.column(name) for name in layout.key)
        raise UsageError(
            f"{source.shown}, {source.line}s {lines}: two rows for the same {columns}. Keep one."
        )


def problems_of(
    connection: duckdb.DuckDBPyConnection,
    query: str,
    shown: str,
    problem: str,
    *,
    line: str = "line",
) -> None:
    """Raise UsageError where a query finds lines. It gives `line` first, then what fills {1}..."""
    found = connection.execute(query).fetchall()
    if found:
        raise unusable(
            shown, [f"  {line} {row[0]}: {problem.format(*row)}" for row in found[:PROBLEMS_SHOWN]]
        )


def columns_of(layouts: Sequence[Layout]) -> dict[str, tuple[str, ...]]:
    """The column names of each table, for the data dictionary."""
    return {layout.table: tuple(c.name for c in layout.columns) for layout in layouts}


def use_ods_files(connection: duckdb.DuckDBPyConnection) -> None:
    """Take practices and memberships from what was read of the Organisation Data Service's files.

    A practice of theirs is a practice, whatever its status; its lists' sizes are not known. Their
    rows of dates out of order hold on no day; they are counted at the close, since whoever reads
    the national files cannot correct them.
    """
    connection.execute(
        "insert into reference.practice by name select line, organisation_code as practice_code, "
        "name, nullif(concat_ws(', ', address_line_1, address_line_2, address_line_3, "
        "address_line_4, address_line_5), '') as address, postcode, open_date, close_date "
        "from reference.ods_practice"
    )
    connection.execute(
        "insert into reference.membership by name select line, "
        "organisation_code as practice_code, parent_organisation_code as commissioner_code, "
        "join_parent_date as start_date, left_parent_date as end_date "
        "from reference.ods_membership"
    )


def check_together(connection: duckdb.DuckDBPyConnection) -> None:
    """What can be wrong between rows and files. Raises UsageError naming them."""
    for table, name, first, last in (
        ("practice", "practices.csv", "open_date", "close_date"),
        ("membership", "memberships.csv", "start_date", "end_date"),
        ("registration", "registrations.csv", "start_date", "end_date"),
        ("gp", "gps.csv", "start_date", "end_date"),
    ):
        problems_of(
            connection,
            f"select {LAYOUTS[name].line} as line from reference.{table} "
            f"where {last} < {first} and {_is_sites_own(table)} order by line",
            f"reference/{name}",
            f"{last} is before {first}",
        )
    problems_of(
        connection,
        "select line from reference.participation "
        "where status not in ('budget_holder', 'information') order by line",
        "reference/participation.csv",
        "status is not budget_holder or information",
    )
    problems_of(
        connection,
        "select line from reference.budget_scope "
        "where treatment not in ('held', 'blocked_back', 'excluded') order by line",
        "reference/scope.csv",
        "treatment is not held, blocked_back or excluded",
    )
    problems_of(
        connection,
        "select line, practice_code from reference.budget "
        "where practice_code not in (select practice_code from reference.practice) order by line",
        "reference/budgets.csv",
        "practice_code {1} is not in the list of practices",
    )
    problems_of(
        connection,
        "select line from reference.budget "
        "where status not in ('budget_holder', 'information') order by line",
        "reference/budgets.csv",
        "status is not budget_holder or information",
    )
    for table, column in (("budget", "annual_amount"), ("history", "amount")):
        name = "budgets.csv" if table == "budget" else "history.csv"
        problems_of(
            connection,
            f"select line from reference.{table} where {column} < 0 order by line",
            f"reference/{name}",
            f"{column} is below 0",
        )
    _check_profile(connection)
    _check_successions(connection)


def _is_sites_own(table: str) -> str:
    """A condition: the table's rows are of the site's own file, not of the ODS file instead."""
    ods = {"practice": "ods_practice", "membership": "ods_membership"}.get(table)
    return f"not exists (from reference.{ods})" if ods else "true"


def _check_profile(connection: duckdb.DuckDBPyConnection) -> None:
    problems_of(
        connection,
        "select line from reference.profile where share < 0 or share > 1 "
        "or financial_year(month) <> financial_year order by line",
        "reference/profile.csv",
        "share is not between 0 and 1, or the month is not in the financial year",
    )
    problems_of(
        connection,
        "select min(line), financial_year, pod from reference.profile group by all "
        "having count(*) <> 12 or arg_max(share, month) <> 1 order by 1",
        "reference/profile.csv",
        "the shares of {1} {2} are not twelve that reach 1 in March",
    )
    problems_of(
        connection,
        "select line, financial_year, pod from (select *, lag(share) over "
        "(partition by financial_year, pod order by month) as earlier from reference.profile) "
        "where share < earlier order by line",
        "reference/profile.csv",
        "the cumulative share of {1} {2} falls",
    )


def _check_successions(connection: duckdb.DuckDBPyConnection) -> None:
    """A practice has one successor, and no chain of successors comes back to where it began."""
    shown = "reference/successions.csv"
    problems_of(
        connection,
        "select max(line), practice_code from reference.succession group by practice_code "
        "having count(*) > 1 order by 1",
        shown,
        "practice {1} has two successors; keep one",
    )
    successor = dict(
        connection.execute(
            "select practice_code, successor_code from reference.succession order by line"
        ).fetchall()
    )
    for first in successor:
        chain = [first]
        while chain[-1] in successor and chain.count(chain[-1]) == 1:
            chain.append(successor[chain[-1]])
        if chain.count(chain[-1]) > 1:
            cycle = chain[chain.index(chain[-1]) :]
            raise UsageError(
                f"{shown}: the successions go in a circle: {' -> '.join(cycle)}. "
                "Take out the row that is wrong."
            )
