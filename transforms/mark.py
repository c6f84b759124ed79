"""The mark of a close: what it read, kept so that the same close can be made again.

A close reads the records landed up to its high-water number, and reference files and settings as
they were when it began. Their bytes are kept in the warehouse, once per content, and every stage
reads what was made from those: a file that changes between two stages, or afterwards, changes
nothing.
"""

import contextlib
import datetime
import hashlib
import tempfile
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import BinaryIO

import duckdb
import pyarrow as pa

from transforms import reference, tariffs, warehouse
from transforms.ahead import ahead
from transforms.budgets import workings
from transforms.errors import ControlFailure, UsageError
from transforms.periods import Period
from transforms.site import SITE_FILE, Site, SiteConfig, parse_config

# A file is kept in parts, so that one of any size takes the memory of a part.
_PART_BYTES = 16 << 20
_COMPRESSION = "zstd"
# The next parts are compressed while one is stored.
_THREADS = 2
_PARTS_IN_HAND = 3

# A close needs each of these, or the file of the Organisation Data Service in its place.
REQUIRED = {name: ods for ods, name in reference.ODS_IN_PLACE_OF.items()}
_SCOPE = "reference/scope.csv"
_MONTHS_TO_MARCH = 11

_parsed_settings: dict[str, SiteConfig] = {}  # by the SHA-256 of their text

# What a file system says of a file that cannot stay the same where the file is changed or replaced.
_State = tuple[int, int, int, int]


@dataclass(frozen=True)
class _KeptFile:
    """A file of the site whose content is kept, and its state before it was read."""

    path: Path
    sha256: str
    state: _State

    def require_unchanged(self, name: str) -> None:
        """Raise ControlFailure where the file is not the one that was kept any more."""
        if _state(self.path) != self.state:
            raise _changed(name)


def _state(path: Path) -> _State:
    status = path.stat()
    return status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _changed(name: str) -> ControlFailure:
    return ControlFailure(f"{name} changed while it was read. Run the same command again.")


@dataclass(frozen=True)
class Close:
    """One close: a period, or a revision of it, at its mark. `number` orders all closes."""

    number: int
    period: Period
    revision: int
    high_water: int
    commissioner: str
    commissioner_name: str
    config: SiteConfig
    software_version: str

    def set_variables(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Set what the SQL files read by `getvariable`."""
        freeze = self.config.ledger.freeze_after_months
        opens = self.config.ledger.opens
        variables = {
            "close_number": self.number,
            "period": self.period.first_day,
            "period_end": self.period.last_day,
            "year_start": self.period.plus(1 - self.period.month_of_year).first_day,
            "financial_year": self.period.financial_year,
            "revision": self.revision,
            "high_water": self.high_water,
            "commissioner": self.commissioner,
            "attribution_date": self.config.attribution.date,
            "ledger_opens": _date(None if opens is None else Period.parse(opens)),
            "frozen_before": _date(None if freeze is None else self.period.plus(-freeze)),
        }
        for name, value in variables.items():
            cast = "::date" if isinstance(value, datetime.date) or value is None else ""
            connection.execute(f"set variable {name} = $value{cast}", {"value": value})


def _date(period: Period | None) -> datetime.date | None:
    return None if period is None else period.first_day


def software_version() -> str:
    """This project's version, as installed."""
    return metadata.version("practice-budget-statements")


def take(
    connection: duckdb.DuckDBPyConnection,
    site: Site,
    commissioner: str,
    number: int,
    period: Period,
    revision: int,
) -> Close:
    """Set the mark of a close: all that is landed now, and the files as they are now.

    Runs inside the caller's transaction. Raises UsageError where a reference file is missing or
    has a row that cannot be used.
    """
    row = connection.execute("select coalesce(max(landing_number), 0) from interchange").fetchone()
    high_water = int(row[0]) if row else 0
    connection.execute("delete from close where close_number = $number", {"number": number})
    connection.execute(
        "delete from close_reference where close_number = $number", {"number": number}
    )
    connection.execute(
        "insert into close values ($number, $period, $revision, $high_water, $version, 'land')",
        {
            "number": number,
            "period": period.first_day,
            "revision": revision,
            "high_water": high_water,
            "version": software_version(),
        },
    )
    kept = {}
    for path in _files(site):
        name = path.relative_to(site.directory).as_posix()
        kept[name] = _keep(connection, path, name)
        connection.execute(
            "insert into close_reference values ($number, $path, $sha256)",
            {"number": number, "path": name, "sha256": kept[name].sha256},
        )
    _keep_scope_of_the_year(connection, number, period)
    connection.execute(
        "delete from reference_content where sha256 not in (select sha256 from close_reference)"
    )
    _load_reference(connection, number, kept)
    return read(connection, commissioner, number)


def _keep_scope_of_the_year(
    connection: duckdb.DuckDBPyConnection, number: int, period: Period
) -> None:
    """The scope of budgets is fixed at a financial year's first close: take that one's file."""
    april = period.plus(1 - period.month_of_year)
    first = connection.execute(
        "select min(close_number) from close where period >= $april", {"april": april.first_day}
    ).fetchone()
    if first is None or first[0] in (None, number):
        return
    given = {"number": number, "first": first[0], "path": _SCOPE}
    connection.execute(
        "delete from close_reference where close_number = $number and path = $path",
        {"number": number, "path": _SCOPE},
    )
    connection.execute(
        "insert into close_reference select $number, path, sha256 from close_reference "
        "where close_number = $first and path = $path",
        given,
    )


def load_fixed_scope(
    connection: duckdb.DuckDBPyConnection, books: duckdb.DuckDBPyConnection, april: Period
) -> None:
    """Make `reference.budget_scope` the one that the financial year's first close fixed.

    Where no month of the year is closed in the books, nothing is fixed and it stays as it is.
    """
    first = books.execute(
        "select min(close_number) from close "
        "where period between $first and $last and stage = 'statements'",
        {"first": april.first_day, "last": april.plus(_MONTHS_TO_MARCH).first_day},
    ).fetchone()
    if first is None or first[0] is None:
        return
    name = Path(_SCOPE).name
    layout = reference.LAYOUTS[name]
    reference.create(connection, layout)
    with _files_of(books, first[0], {}, _SCOPE) as folder:
        if (folder / _SCOPE).is_file():
            reference.load(connection, folder / _SCOPE, layout, _SCOPE)


def read(connection: duckdb.DuckDBPyConnection, commissioner: str, number: int) -> Close:
    """A close by its number, with the settings that it read."""
    found = warehouse.rows(
        connection, "select * from close where close_number = $number", {"number": number}
    )
    if not found:
        raise ControlFailure(f"There is no close number {number} in this warehouse.")
    close = found[0]
    config = _settings_of(
        connection, number, f"{SITE_FILE} at the close of {close['period']:%Y-%m}"
    )
    names = {each.code: each.name for each in config.commissioners}
    return Close(
        number=number,
        period=Period.containing(close["period"]),
        revision=close["revision"],
        high_water=close["high_water"],
        commissioner=commissioner,
        commissioner_name=names.get(commissioner, commissioner),
        config=config,
        software_version=close["software_version"],
    )


def _settings_of(connection: duckdb.DuckDBPyConnection, number: int, where: str) -> SiteConfig:
    """The settings that a close read, parsed once in a process: every stage of it asks for them."""
    row = connection.execute(
        "select sha256 from close_reference where close_number = $number and path = $path",
        {"number": number, "path": SITE_FILE},
    ).fetchone()
    sha256 = str(row[0]) if row else ""
    if sha256 not in _parsed_settings:
        content = b"".join(_content_of(connection, number, SITE_FILE))
        _parsed_settings[sha256] = parse_config(tomllib.loads(content.decode("utf-8")), where)
    return _parsed_settings[sha256]


@contextlib.contextmanager
def _files_of(
    connection: duckdb.DuckDBPyConnection,
    number: int,
    kept: Mapping[str, _KeptFile],
    only: str | None = None,
) -> Iterator[Path]:
    """The files that a close read, or one of them, laid out again in a temporary folder.

    A file just kept, with that very content, is not written once more: a link leads to it. Raises
    ControlFailure where one of these has changed when they are done with.
    """
    with tempfile.TemporaryDirectory(prefix="pbc-mark-") as name:
        folder = Path(name)
        linked = {}
        for path, sha256 in connection.execute(
            "select path, sha256 from close_reference where close_number = $number "
            "and coalesce(path = $only, true) order by path",
            {"number": number, "only": only},
        ).fetchall():
            place = folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            if path in kept and kept[path].sha256 == sha256:
                place.symlink_to(kept[path].path.absolute())
                linked[path] = kept[path]
                continue
            with place.open("wb") as file:
                file.writelines(_content_of(connection, number, path))
        yield folder
        for path, file in linked.items():
            file.require_unchanged(path)


def _load_reference(
    connection: duckdb.DuckDBPyConnection, number: int, kept: Mapping[str, _KeptFile]
) -> None:
    """Make schema `reference` from the files that a close read, unless it is of these very files.

    Raises UsageError where a file is missing or has a row that cannot be used.
    """
    connection.execute("create schema if not exists reference")
    connection.execute(
        "create table if not exists reference.source "
        "(path varchar, sha256 varchar, version varchar)"
    )
    wanted = (
        "select path, sha256, $version as version from close_reference "
        "where close_number = $number and path <> $settings"
    )
    given = {"number": number, "version": software_version(), "settings": SITE_FILE}
    difference = connection.execute(
        f"(from reference.source except ({wanted})) union all "
        f"(({wanted}) except from reference.source) limit 1",
        given,
    ).fetchone()
    if difference is None:
        return
    with _files_of(connection, number, kept) as folder:
        _load(connection, folder / "reference")
    connection.execute("delete from reference.source")
    connection.execute(f"insert into reference.source {wanted}", given)


def _files(site: Site) -> Iterator[Path]:
    """The settings and every reference file that a close reads."""
    yield site.directory / SITE_FILE
    names = [*reference.LAYOUTS, *reference.ODS_LAYOUTS]
    paths = {site.reference / name for name in names if (site.reference / name).is_file()}
    for pattern in (
        "tariffs/*/*.csv",
        "tariffs/*/*.toml",
        "tariffs/*/*.xlsx",
        "budgets/*.toml",
        "budgets/*.json",
    ):
        paths.update(site.reference.glob(pattern))
    yield from sorted(paths)


def _keep(connection: duckdb.DuckDBPyConnection, path: Path, name: str) -> _KeptFile:
    """Keep a file's content unless it is kept already."""
    state = _state(path)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        known = connection.execute(
            "select 1 from reference_content where sha256 = $sha256 limit 1", {"sha256": digest}
        ).fetchone()
        if known is not None:
            return _KeptFile(path, digest, state)
        file.seek(0)
        kept = hashlib.sha256()
        parts = ahead(_parts(file, kept.update), _compressed, threads=_THREADS, most=_PARTS_IN_HAND)
        for part, (size, content) in enumerate(parts):
            connection.execute(
                "insert into reference_content values ($sha256, $part, $size, $content)",
                {"sha256": digest, "part": part, "size": size, "content": content},
            )
    if kept.hexdigest() != digest:
        raise _changed(name)
    return _KeptFile(path, digest, state)


def _parts(file: BinaryIO, told: Callable[[bytes], None]) -> Iterator[bytes]:
    """A file's parts, at least one; `told` hears each."""
    content = file.read(_PART_BYTES)
    while True:
        told(content)
        yield content
        if not (content := file.read(_PART_BYTES)):
            return


def _compressed(content: bytes) -> tuple[int, bytes]:
    """How long a part is, and the part compressed."""
    return len(content), pa.compress(content, codec=_COMPRESSION, asbytes=True)


def _content_of(connection: duckdb.DuckDBPyConnection, number: int, path: str) -> Iterator[bytes]:
    """The content of a file that a close read, part by part."""
    parts = connection.execute(
        "select sha256, part, size from reference_content "
        "inner join close_reference using (sha256) "
        "where close_number = $number and path = $path order by part",
        {"number": number, "path": path},
    ).fetchall()
    if not parts:
        raise ControlFailure(f"The warehouse does not hold {path} of close number {number}.")
    for sha256, part, size in parts:
        found = connection.execute(
            "select content from reference_content where sha256 = $sha256 and part = $part",
            {"sha256": sha256, "part": part},
        ).fetchone()
        if found is not None:
            yield pa.decompress(found[0], decompressed_size=size, codec=_COMPRESSION, asbytes=True)


def _load(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    load_tables(connection, folder, [*reference.LAYOUTS, *reference.ODS_LAYOUTS])
    tariffs.load(connection, folder / "tariffs")
    workings.load(connection, folder / "budgets")


def require_files(folder: Path) -> None:
    """Raise UsageError where a reference file is missing that no close can do without."""
    _require_lists(folder)
    tariffs.editions(folder / "tariffs")


def _require_lists(folder: Path) -> None:
    for own, ods in REQUIRED.items():
        if (folder / own).is_file() and (folder / ods).is_file():
            raise UsageError(
                f"reference/{own} and reference/{ods} are both there. The file of the Organisation "
                f"Data Service stands in place of {own}: take one of the two away."
            )
        if not (folder / own).is_file() and not (folder / ods).is_file():
            raise UsageError(
                f"reference/{own} is missing, and {ods} is not there in its place. "
                "A close needs one of them; see docs/reference-files.md."
            )


def load_tables(
    connection: duckdb.DuckDBPyConnection, folder: Path, names: Collection[str]
) -> None:
    """Make schema `reference` from these of the CSV files of a folder; the other tables are empty.

    Raises UsageError where a required file is missing, or one has a row that cannot be used.
    """
    _require_lists(folder)
    for name, layout in (reference.LAYOUTS | reference.ODS_LAYOUTS).items():
        reference.create(connection, layout)
        if name in names and (folder / name).is_file():
            reference.load(connection, folder / name, layout, f"reference/{name}")
    reference.use_ods_files(connection)
    reference.check_together(connection)
