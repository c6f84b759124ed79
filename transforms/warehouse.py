"""The warehouse of one commissioner: its lock, its schema version, and how SQL files are run.

DuckDB lets one process write and then locks out all others, readers too. A lock file beside the
warehouse makes whoever comes second wait and say for whom, instead of failing.
"""

import contextlib
import fcntl
import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb

from transforms.errors import ControlFailure, PbcError, UsageError
from transforms.site import Site

SQL = Path(__file__).resolve().parents[1] / "sql"
CODES = Path(__file__).resolve().parents[1] / "data" / "codes"

_LOCK_POLL_SECONDS = 0.05
# Of [warehouse] memory_limit, which is the whole program's. The rest is for Python, and for what
# DuckDB does not count.
_SHARE_OF_DUCKDB = 0.7

# DuckDB writes files that its versions of years ago can read, unless it is told which is enough.
# Those of this one take a fifth less time to write texts, and as little room.
_STORAGE_VERSION = "v1.5.0"

Say = Callable[[str], None]


def say_to_stderr(message: str) -> None:
    """Tell a person at a terminal; task logs take it up as well."""
    print(message, file=sys.stderr, flush=True)


def schema_version() -> int:
    """The schema version that this software writes: its last migration's number."""
    return max(int(path.name.split("_")[0]) for path in (SQL / "schema").glob("*.sql"))


@contextlib.contextmanager
def lock(
    path: Path, purpose: str, *, shared: bool = False, say: Say = say_to_stderr
) -> Iterator[None]:
    """Hold the lock file at `path`, alone or with other readers; wait, saying for whom.

    `purpose` is what the holder is doing: it stands in the file for those who wait, a line each.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        mode = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        told = False
        while True:
            try:
                fcntl.flock(file, mode | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if not told:
                    say(f"Waiting for {_holders(path)} to finish with {path.stem}.")
                    told = True
                time.sleep(_LOCK_POLL_SECONDS)
        if not shared:
            file.truncate(0)
        file.write(json.dumps({"process": os.getpid(), "purpose": purpose}) + "\n")
        file.flush()
        try:
            yield
        finally:
            # Whoever leaves last wipes out the names, so that nobody is told to wait for the gone.
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                file.truncate(0)
            # Said outright: a process forked meanwhile would else go on holding it.
            fcntl.flock(file, fcntl.LOCK_UN)


def _holders(path: Path) -> str:
    """Who holds a lock, as its file says: those still running, as far as this machine knows."""
    try:
        held = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        running = [each for each in held if Path(f"/proc/{each['process']}").exists()]
        told = [f"{each['purpose']!r} (process {each['process']})" for each in running or held]
    except (ValueError, KeyError, OSError):
        told = []
    return " and ".join(told) or "another process"


@contextlib.contextmanager
def open_warehouse(
    site: Site,
    commissioner: str,
    purpose: str,
    *,
    read_only: bool = False,
    say: Say = say_to_stderr,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a commissioner's warehouse under its lock; make or migrate it where that is due.

    Raises UsageError where a reader finds none, and ControlFailure where newer software wrote it.
    """
    path = site.warehouse(commissioner)
    lock_file = path.with_suffix(".lock")
    with contextlib.ExitStack() as stack:
        stack.enter_context(lock(lock_file, purpose, shared=read_only, say=say))
        if not path.exists():
            if read_only:
                raise UsageError(
                    f"Nothing has been landed for {commissioner} yet ({path} is not there). "
                    "Run 'pbc land' first."
                )
            _create(path)
        connection = stack.enter_context(contextlib.closing(_connect(site, path, read_only)))
        if _version(connection) < schema_version():
            # Readers share the lock; whoever migrates must be alone.
            stack.close()
            with lock(lock_file, "bringing it to a new schema", say=say):
                _migrate(path)
            stack.enter_context(lock(lock_file, purpose, shared=read_only, say=say))
            connection = stack.enter_context(contextlib.closing(_connect(site, path, read_only)))
        begin_session(connection)
        yield connection


def _connect(site: Site, path: Path, read_only: bool) -> duckdb.DuckDBPyConnection:
    settings = site.config.warehouse
    config: dict[str, Any] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        # Gives back to the machine what it has freed, rather than when it next allocates.
        "allocator_background_threads": True,
        # Rows are compressed and written group by group, not five groups at a time.
        "write_buffer_row_group_count": 1,
    }
    if settings.memory_limit is not None:
        config["memory_limit"] = settings.memory_limit
    if settings.threads is not None:
        config["threads"] = settings.threads
    if settings.temp_directory is not None:
        config["temp_directory"] = settings.temp_directory
    try:
        connection = duckdb.connect(str(path), read_only=read_only, config=config)
        leave_room(connection, site)
        version = _version(connection)
    except duckdb.Error as error:
        raise ControlFailure(
            f"{path} cannot be opened as a warehouse: {_first_line(error)} "
            "If it is damaged, restore it from a backup."
        ) from error
    if version > schema_version():
        connection.close()
        raise ControlFailure(
            f"{path} was written by newer software (schema {version}; this one knows "
            f"{schema_version()}). Use that version of pbc."
        )
    return connection


def leave_room(
    connection: duckdb.DuckDBPyConnection, site: Site, share: float = _SHARE_OF_DUCKDB
) -> None:
    """Give DuckDB its share of [warehouse] memory_limit, where that is set.

    A percentage is of all memory, and stays as it is.
    """
    limit = site.config.warehouse.memory_limit
    if limit is None:
        return
    quoted = limit.replace("'", "''")
    found = connection.execute(f"select try(parse_formatted_bytes('{quoted}'))").fetchone()
    if found and found[0] is not None:
        connection.execute(f"set memory_limit = '{int(found[0] * share)}B'")


def begin_session(connection: duckdb.DuckDBPyConnection) -> None:
    """Give a connection the macros and code lists that the SQL files use (sql/session)."""
    files = (
        "macros",
        "codes",
        "point_of_delivery",
        "record_fate",
        "interchange_fate",
        "standing_posting",
    )
    _make_ready(connection, *(f"{name}.sql" for name in files))


@contextlib.contextmanager
def in_memory() -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in memory with the project's macros and code lists, for what keeps no books."""
    with contextlib.closing(duckdb.connect()) as connection:
        _make_ready(connection, "macros.sql", "codes.sql")
        connection.execute("create schema reference")
        yield connection


def _make_ready(connection: duckdb.DuckDBPyConnection, *files: str) -> None:
    # Versions of DuckDB lost rows, without a word, where a scan was filtered by what a join would
    # look for (docs/decisions/0001-duckdb-1.5.md).
    connection.execute("set disabled_optimizers = 'join_filter_pushdown'")
    connection.execute("set variable codes = $codes", {"codes": str(CODES)})
    for file in files:
        connection.execute((SQL / "session" / file).read_text(encoding="utf-8"))


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]


def _version(connection: duckdb.DuckDBPyConnection) -> int:
    row = connection.execute("select version from schema_version").fetchone()
    return 0 if row is None else int(row[0])


def _create(path: Path) -> None:
    """Make an empty warehouse aside and move it in, so that a kill leaves none or a whole one."""
    aside = path.with_suffix(".new")
    for leftover in (aside, aside.with_suffix(".new.wal")):
        leftover.unlink(missing_ok=True)
    storage: dict[str, Any] = {"storage_compatibility_version": _STORAGE_VERSION}
    with contextlib.closing(duckdb.connect(str(aside), config=storage)) as connection:
        for migration in sorted((SQL / "schema").glob("*.sql")):
            connection.execute(migration.read_text(encoding="utf-8"))
        connection.execute("update schema_version set version = $new", {"new": schema_version()})
        connection.execute("checkpoint")
    aside.rename(path)


def _migrate(path: Path) -> None:
    """Copy the warehouse, then bring it to this software's schema in one transaction.

    Nothing happens where another process did so in the meantime.
    """
    with contextlib.closing(duckdb.connect(str(path))) as connection:
        version = _version(connection)
        connection.execute("checkpoint")
    if version >= schema_version():
        return
    kept = path.with_name(f"{path.stem}.schema{version}.duckdb")
    copying = kept.with_suffix(".copying")
    shutil.copyfile(path, copying)
    copying.replace(kept)
    with contextlib.closing(duckdb.connect(str(path))) as connection, transaction(connection):
        for migration in sorted((SQL / "schema").glob("*.sql")):
            if int(migration.name.split("_")[0]) > version:
                connection.execute(migration.read_text(encoding="utf-8"))
        connection.execute("update schema_version set version = $new", {"new": schema_version()})


@contextlib.contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """One transaction: committed at the end, rolled back on any error.

    Raises ControlFailure where the disk or the memory gave out, with the last state kept.
    """
    connection.execute("begin transaction")
    try:
        yield
        _commit(connection)
    except PbcError:
        _roll_back(connection)
        raise
    except (duckdb.IOException, duckdb.OutOfMemoryException, OSError) as error:
        _roll_back(connection)
        raise gave_out(error) from error
    except BaseException:
        _roll_back(connection)
        raise


def _commit(connection: duckdb.DuckDBPyConnection) -> None:
    try:
        connection.execute("commit")
    except (duckdb.TransactionException, duckdb.FatalException) as error:
        # There is one writer, so no other can have stood in the way: the disk did.
        raise gave_out(error) from error


def gave_out(error: Exception) -> ControlFailure:
    """What to say where the disk or the memory gave out."""
    return ControlFailure(
        f"The machine gave out: {_first_line(error)} Nothing was changed. Free space or "
        "raise [warehouse] memory_limit, then run the same command again."
    )


def _roll_back(connection: duckdb.DuckDBPyConnection) -> None:
    # A commit that failed has rolled back already.
    with contextlib.suppress(duckdb.Error):
        connection.execute("rollback")


@contextlib.contextmanager
def in_any_order(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Let threads write rows in whatever order they come.

    In the order of what they read they leave small groups of rows, which the next checkpoint
    writes once more.
    """
    connection.execute("set preserve_insertion_order = false")
    try:
        yield
    finally:
        connection.execute("reset preserve_insertion_order")


def run(connection: duckdb.DuckDBPyConnection, file: str, **variables: Any) -> None:
    """Run one file of sql/. Each variable can be read in it as `getvariable('name')`."""
    for name, value in variables.items():
        connection.execute(f"set variable {name} = $value", {"value": value})
    connection.execute((SQL / file).read_text(encoding="utf-8"))


def rows(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: dict[str, Any] | None = None
) -> list[dict[str, Any]]:
    """The result of a small query as one dictionary a row."""
    result = connection.execute(query, parameters or {})
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def read(file: str) -> str:
    """The text of one file of sql/ that holds a query rather than a statement."""
    return (SQL / file).read_text(encoding="utf-8")
