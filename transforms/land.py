"""Stage `land`: feed files into the record log, whole or not at all.

Owns the inbox and its neighbours (archive, held, refused) and the tables interchange, scope,
record, quarantine and grouper_result. A file is landed in one transaction and moved after it:
killed in between, the next landing knows the content again and only moves it.
"""

import contextlib
import dataclasses
import hashlib
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import duckdb

from transforms import warehouse
from transforms.atomic_file import write_atomically
from transforms.errors import ControlFailure, PbcError, RefusedFile, UsageError
from transforms.feeds import Interchange, choose, delimited, grouper
from transforms.feeds.file import FeedFile, inspect
from transforms.site import LandingSettings, Site

STAGE = "land"
REPORT_SUFFIX = ".report.txt"
INTERCHANGE_MARK = "interchange: "  # in a held file's report, before SENDER:INTERCHANGE
REJECTED_MARK = "rejected content: "  # in a rejected file's report, before its SHA-256

_FEW_RECORDS = 100  # a bulk replacement that removes no more is never held (rule H01)

Outcome = Literal["landed", "known", "held", "refused"]
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class LandedFile:
    """What became of one file. `message` says it in a sentence, with no patient's data.

    `landing_number`, `records` and `quarantined` are null unless the file is in the log.
    """

    file_name: str
    outcome: Outcome
    message: str
    rule: str | None = None
    sender: str | None = None
    interchange_id: str | None = None
    landing_number: int | None = None
    records: int | None = None
    quarantined: int | None = None
    notices: tuple[str, ...] = ()


class HeldFile(PbcError):
    """A bulk replacement that waits for a person (rule H01)."""

    exit_code = 1


def land_inbox(
    site: Site, commissioner: str, *, progress: Progress | None = None
) -> list[LandedFile]:
    """Land every file of a commissioner's inbox, in name order, and move each to where it belongs.

    A refused or held file does not stop the others.
    """
    places = {
        "landed": site.archive(commissioner),
        "known": site.archive(commissioner),
        "held": site.held(commissioner),
        "refused": site.refused(commissioner),
    }
    landed = []
    for path, result in _land(site, commissioner, None, progress):
        landed.append(result)
        move(path, places[result.outcome], result)
    return landed


def inbox_is_quiet(site: Site, commissioner: str, since: float) -> bool:
    """Whether files wait in an inbox, and none of them was written since a time (seconds, Unix)."""
    files = waiting(site, commissioner)
    return bool(files) and all(path.stat().st_mtime <= since for path in files)


def waiting(site: Site, commissioner: str) -> list[Path]:
    """The files of a commissioner's inbox, in name order; not hidden ones, which others keep."""
    inbox = site.inbox(commissioner)
    return sorted(
        path
        for path in (inbox.iterdir() if inbox.is_dir() else ())
        if path.is_file() and not path.name.startswith(".")
    )


def land_files(
    site: Site,
    commissioner: str,
    files: Iterable[Path],
    *,
    progress: Progress | None = None,
) -> list[LandedFile]:
    """Land the files named, which stay where they are; a held one is copied to held/."""
    paths = list(files)
    for path in paths:
        if not path.is_file():
            raise UsageError(f"There is no file {path}. Nothing was landed.")
    landed = []
    for path, result in _land(site, commissioner, paths, progress):
        landed.append(result)
        if result.outcome == "held":
            place = _free_name(path, site.held(commissioner))
            _report(place, result)
            aside = place.with_name(f".{place.name}")
            shutil.copyfile(path, aside)
            aside.replace(place)
        elif result.outcome == "refused":
            _report(_free_name(path, site.refused(commissioner)), result)
    return landed


def _land(
    site: Site, commissioner: str, named: list[Path] | None, progress: Progress | None
) -> Iterator[tuple[Path, LandedFile]]:
    """Land the files named, or all that wait in the inbox, one by one under one lock."""
    with warehouse.open_warehouse(site, commissioner, "landing feed files") as connection:
        # Asked for only now: whoever was waited for may have landed and rejected files, too.
        files = waiting(site, commissioner) if named is None else named
        rejected = _rejected(site.refused(commissioner))
        for place, path in enumerate(files):
            if progress is not None:
                progress(path.name, place, len(files))
            yield path, land_file(connection, path, site.config.landing, rejected=rejected)


def land_file(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    settings: LandingSettings,
    *,
    release: bool = False,
    rejected: Collection[str] = (),
) -> LandedFile:
    """Land one file, or say why not. With `release`, a file that would be held is landed.

    `rejected` holds the SHA-256 of contents that a person refused for good. Raises ControlFailure
    where it is the machine, or DuckDB, that failed.
    """
    try:
        file = inspect(path)
        known = _landed_before(connection, file)
        if known is not None:
            return known
        if file.sha256 in rejected:
            raise RefusedFile(
                "H01",
                "This content was held and then rejected for good.",
                mend="Ask the sender for a corrected interchange.",
            )
        reader = choose(file)
        with _tidied(connection):
            interchange = reader.open(connection, file, _next_scope(connection))
            _refuse_reuse(connection, interchange)
            with warehouse.transaction(connection):
                landed = _append(connection, file, interchange, settings, reader.confirm, release)
            if not landed.quarantined:
                return landed
            notices = (*landed.notices, *_quarantine_notices(connection))
            return dataclasses.replace(landed, notices=notices)
    except (duckdb.InternalException, duckdb.FatalException):
        # It lets go of the whole database then, so that no other file can land on this connection.
        raise ControlFailure(
            f"{path.name}: DuckDB broke down on this file. Nothing of it was landed. Take it away, "
            "land the others, and report it: this is a fault of the software."
        ) from None
    except RefusedFile as refusal:
        return LandedFile(path.name, "refused", str(refusal), rule=refusal.rule)
    except HeldFile as held:
        return LandedFile(
            path.name,
            "held",
            str(held),
            rule="H01",
            sender=interchange.sender,
            interchange_id=interchange.interchange_id,
        )


def _append(
    connection: duckdb.DuckDBPyConnection,
    file: FeedFile,
    interchange: Interchange,
    settings: LandingSettings,
    confirm: Callable[[duckdb.DuckDBPyConnection, FeedFile, int], None],
    release: bool,
) -> LandedFile:
    landing_number = _count(
        connection, "select coalesce(max(landing_number), 0) + 1 from interchange"
    )
    first_record = _count(connection, "select count(*) from record")
    connection.execute("set variable landing_number = $number", {"number": landing_number})
    connection.execute("set variable first_record = $number", {"number": first_record})
    records = results = 0
    if interchange.format == grouper.FORMAT:
        warehouse.run(connection, "land/grouper_result.sql")
        results = _count(
            connection,
            "select count(*) from grouper_result "
            "where landing_number = getvariable('landing_number')",
        )
        confirm(connection, file, results)
    else:
        with delimited.reading():
            warehouse.run(connection, "land/record.sql")
        records = _count(connection, "select count(*) from record") - first_record
        confirm(connection, file, records)
        if not release:
            _hold_large_removals(connection, interchange, settings)
        warehouse.run(connection, "land/quarantine.sql")
        warehouse.run(connection, "land/scope.sql")
    connection.execute(
        warehouse.read("land/interchange.sql"),
        {
            "landing_number": landing_number,
            "content_sha256": file.sha256,
            "file_name": file.name,
            "format": interchange.format,
            "interchange_id": interchange.interchange_id,
            "sender": interchange.sender,
            "prime_recipient": interchange.prime_recipient,
            "protocol": interchange.protocol,
            "period_start": interchange.period_start,
            "period_end": interchange.period_end,
            "extract_datetime": interchange.extract_datetime,
            "declared_records": interchange.declared_records,
            "records": records,
            "passed_over": interchange.passed_over,
            "first_record": first_record,
        },
    )
    quarantined = _count(
        connection,
        "select count(*) from quarantine where landing_number = getvariable('landing_number')",
    )
    passed_over = f" {interchange.passed_over} passed over." if interchange.passed_over else ""
    return LandedFile(
        file.name,
        "landed",
        f"{_counted(results, 'grouper result')} landed.{passed_over}"
        if interchange.format == grouper.FORMAT
        else f"{_counted(records, 'record')} landed, {quarantined} quarantined.{passed_over}",
        sender=interchange.sender,
        interchange_id=interchange.interchange_id,
        landing_number=landing_number,
        records=records,
        quarantined=quarantined,
        notices=interchange.notices,
    )


def _quarantine_notices(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """What is wrong with the records in quarantine: rule, field and the first lines, no values."""
    for broken in warehouse.rows(connection, warehouse.read("land/quarantine_notice.sql")):
        lines = ", ".join(str(line) for line in broken["first_lines"])
        more = broken["records"] - len(broken["first_lines"])
        yield (
            f"{broken['rule']} {broken['field']}: {broken['name']}, in "
            f"line{'s' if broken['records'] > 1 else ''} "
            f"{lines}{f' and {more} more' if more else ''}."
        )


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


@contextlib.contextmanager
def _tidied(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Take away what a reader made, whatever happens; say it where the machine gave out."""
    try:
        yield
    except (duckdb.IOException, duckdb.OutOfMemoryException) as error:
        raise warehouse.gave_out(error) from error
    finally:
        warehouse.run(connection, "feeds/tidy.sql")


def _rejected(refused: Path) -> frozenset[str]:
    """The contents (SHA-256) that a person refused for good."""
    return frozenset(
        sha256
        for report in (refused.glob(f"*{REPORT_SUFFIX}") if refused.is_dir() else ())
        for sha256 in marked(report, REJECTED_MARK)
    )


def _landed_before(connection: duckdb.DuckDBPyConnection, file: FeedFile) -> LandedFile | None:
    """The same content landed earlier: nothing to do, and said so."""
    found = warehouse.rows(
        connection,
        "select * from interchange where content_sha256 = $sha256",
        {"sha256": file.sha256},
    )
    if not found:
        return None
    earlier = found[0]
    return LandedFile(
        file.name,
        "known",
        f"The same content landed before, as number {earlier['landing_number']} "
        f"({earlier['file_name']}): nothing to do.",
        sender=earlier["sender"],
        interchange_id=earlier["interchange_id"],
        landing_number=earlier["landing_number"],
    )


def _refuse_reuse(connection: duckdb.DuckDBPyConnection, interchange: Interchange) -> None:
    """Rule F05: a sender's interchange identifier is used once."""
    found = warehouse.rows(
        connection,
        "select file_name, landing_number from interchange "
        "where sender = $sender and interchange_id = $interchange_id",
        {"sender": interchange.sender, "interchange_id": interchange.interchange_id},
    )
    if found:
        raise RefusedFile(
            "F05",
            f"Interchange {interchange.interchange_id} of sender {interchange.sender} landed "
            f"before with other content, as number {found[0]['landing_number']} "
            f"({found[0]['file_name']}).",
            mend="Ask the sender for a new interchange with an identifier of its own.",
        )


def _hold_large_removals(
    connection: duckdb.DuckDBPyConnection, interchange: Interchange, settings: LandingSettings
) -> None:
    """Rule H01: a bulk replacement over too long a period, or that takes too much away."""
    release = (
        f"Check it with the sender, then 'pbc release {interchange.interchange_id}' or "
        f"'pbc reject {interchange.interchange_id}'."
    )
    possible = 0
    for scope in warehouse.rows(connection, warehouse.read("land/removal_candidates.sql")):
        possible = max(possible, scope["candidates"])
        if scope["period_days"] > settings.bulk_period_limit_days:
            raise HeldFile(
                f"H01 The report period {scope['period_start']} to {scope['period_end']} has "
                f"{scope['period_days']} days; the limit is {settings.bulk_period_limit_days} "
                f"([landing] bulk_period_limit_days). {release}"
            )
    if possible <= _FEW_RECORDS:
        return
    for scope in warehouse.rows(connection, warehouse.read("land/removal.sql")):
        removed, covered = scope["removed"], scope["covered"]
        if removed > _FEW_RECORDS and removed * 100 > settings.bulk_shrink_percent * covered:
            raise HeldFile(
                f"H01 This bulk replacement would remove {removed} of the {covered} live records "
                f"that it covers; the limit is {settings.bulk_shrink_percent:g} per cent "
                f"([landing] bulk_shrink_percent). {release}"
            )


def _next_scope(connection: duckdb.DuckDBPyConnection) -> int:
    return _count(connection, "select coalesce(max(scope_number), 0) + 1 from scope")


def _count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def move(path: Path, folder: Path, result: LandedFile, *marks: str) -> None:
    """Move a file into a folder, under a name that no other content bears there.

    A held or refused one has its report there first: killed in between, the file is still where it
    was, and is only moved again. `marks` as in `_report`.
    """
    place = _free_name(path, folder)
    if result.outcome in ("held", "refused"):
        _report(place, result, *marks)
    shutil.move(path, place)


def _free_name(path: Path, folder: Path) -> Path:
    """A name in the folder that no file of other content bears."""
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / path.name
    if place.exists() and _sha256(place) != _sha256(path):
        place = folder / f"{_sha256(path)[:8]}_{path.name}"
    return place


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def report_of(place: Path) -> Path:
    """Where the report of a held or refused file stands."""
    return place.with_name(place.name + REPORT_SUFFIX)


def marked(report: Path, mark: str) -> list[str]:
    """What a report says after a mark, line by line; nothing where there is no report."""
    if not report.is_file():
        return []
    # Whoever sends feeds may call one a report, too, whatever is in it.
    lines = report.read_text(encoding="utf-8", errors="replace").splitlines()
    return [line.removeprefix(mark) for line in lines if line.startswith(mark)]


def _report(place: Path, result: LandedFile, *marks: str) -> None:
    """Write beside the file why it lies there, with marks for the commands that read it again.

    What an earlier report said was rejected for good stays rejected.
    """
    report = report_of(place)
    rejected = [f"{REJECTED_MARK}{sha256}" for sha256 in marked(report, REJECTED_MARK)]
    lines = [
        result.file_name,
        f"{result.outcome}: {result.message}",
        *dict.fromkeys((*marks, *rejected)),
    ]
    if result.outcome == "held":
        lines.append(f"{INTERCHANGE_MARK}{result.sender}:{result.interchange_id}")
    write_atomically(report, "\n".join([*lines, ""]).encode())


def reports(folder: Path, *, alone: bool = True) -> list[tuple[str, str]]:
    """The files of a folder that have a report, by name, with what it says.

    The report of a named file that was refused stands `alone`: the file stayed where it was.
    """
    found = []
    for report in sorted(folder.glob(f"[!.]*{REPORT_SUFFIX}")) if folder.is_dir() else ():
        if not alone and not report.with_name(report.name.removesuffix(REPORT_SUFFIX)).exists():
            continue
        text = report.read_text(encoding="utf-8", errors="replace")
        name, _, told = text.strip().partition("\n")
        found.append((name, told.partition(": ")[2]))
    return found
