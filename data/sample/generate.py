"""Makes the sample site: fictitious, seeded, set-based, of any size.

Everything is drawn by number: a spell's patient, day, HRG and mishaps are functions of the seed and
of the spell's place, worked out by DuckDB over all spells at once (sql/). The same parameters give
the same bytes, whatever the threads or the machine.
"""

import argparse
import datetime
import hashlib
import itertools
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import duckdb

from transforms.budgets import setting
from transforms.site import load_site

HERE = Path(__file__).parent
CATALOGUE = HERE / "catalogue"
SQL = HERE / "sql"

COMMISSIONER = "5XA"
FIRST_DAY = datetime.date(2004, 4, 1)
WARM_UP_DAYS = 75  # admissions before the first month, so that its first days have discharges
SPELLS_PER_THOUSAND = 300  # a year
RECORDS_A_RUN = 1_250_000  # what is sorted at a time
EPISODES_PER_PATIENT = 0.36  # a year, on the low side, so that a benchmark never falls short
DEFAULT_PATIENTS = 11_600
DEFAULT_SEED = 2004
DEFAULT_MONTHS = 6
MONTHS_A_YEAR = 12
FORMATS = {"nwcs": ".csv", "cds62": ".txt", "sus": ".csv"}  # and what their files are called

# Per cent of the earlier year, and of the uplifted budget, in reference/budgets/2004-05.toml.
UPLIFT_PERCENT = "6.5"
UPLIFT_NON_ELECTIVE_PERCENT = "7.2"
CONTINGENCY_PERCENT = "2.0"

# A made-up edition's prices and excess days against the catalogue's, in thousandths.
EDITION_LEVELS = {
    "2004-05-1": (1000, 1000),
    "2006-07-1": (1094, 1060),
    "2006-07-2": (1071, 1045),
}


Days = list[tuple[datetime.date, datetime.date]]


@dataclass(frozen=True)
class Size:
    """How much to make: patients on the lists, months from April 2004, practices, hospitals."""

    patients: int = DEFAULT_PATIENTS
    months: int = DEFAULT_MONTHS
    practices: int = 14
    providers: int = 2
    spells_per_thousand: int = SPELLS_PER_THOUSAND


@dataclass(frozen=True)
class Machine:
    """What DuckDB may use: memory such as `2GB`, threads, a folder for its temporary files."""

    memory_limit: str = "2GB"
    threads: int = 2
    temporary: Path | None = None


def generate_site(
    out: Path,
    patients: int = DEFAULT_PATIENTS,
    seed: int = DEFAULT_SEED,
    months: int = DEFAULT_MONTHS,
    feed_format: str = "nwcs",
    machine: Machine | None = None,
    planted: Path | None = None,
) -> None:
    """Write a whole site into `out`, and what was planted in it as JSON into `planted`.

    Without `planted`, that is planted.json beside `out`. Raises FileExistsError where `out` holds
    anything already, ValueError for a size or format that cannot be made.
    """
    if patients < 1000 or not 1 <= months <= 24:
        raise ValueError("a site needs at least 1,000 patients and from 1 to 24 months")
    inbox, reference = _make_folders(out, feed_format)
    size = Size(patients=patients, months=months)
    with open_activity(size, seed, machine) as connection:
        connection.execute(f"set variable feed_format = '{feed_format}'")
        _run(connection, "interchange.sql", "sent.sql", "delivery.sql", "record.sql")
        # Once as a table, in the order of the files, so that each is a run of rows.
        connection.execute("create table outgoing as from record order by interchange_no")
        _write_feeds(connection, inbox, feed_format, [(datetime.date.min, datetime.date.max)])
        _run(connection, "fate.sql", "rule_of_fault.sql")
        _write_reference(connection, reference)
        facts = json.loads(connection.sql(_text("planted.sql")).fetchall()[0][0])
    planted = planted or out.with_name("planted.json")
    planted.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    shutil.copyfile(CATALOGUE / "site.toml", out / "site.toml")
    _set_budgets(out)


def generate_benchmark(
    out: Path,
    episodes: int,
    seed: int = DEFAULT_SEED,
    feed_format: str = "nwcs",
    machine: Machine | None = None,
    files: int = 1,
) -> Path:
    """Write a site whose inbox holds one interchange of `episodes` records; return its file.

    A bulk replacement of the year from April 2004, with as many patients, practices (8,500 at
    most) and hospitals (300 at most) as it takes to have that many episodes. Registrations are the
    whole list's. Written some months at a time, so that no sort is of more than a run of records.

    With `files` (1, 2, 3, 4, 6 or 12) the year is parted into so many interchanges, each of its own
    months, named in their order, and the first is returned. Raises ValueError for another number.
    """
    if MONTHS_A_YEAR % files:
        raise ValueError(f"a year's months cannot be parted into {files} files of equal length")
    inbox, reference = _make_folders(out, feed_format)
    patients = round(episodes / EPISODES_PER_PATIENT) + 1000
    size = Size(
        patients=patients,
        months=MONTHS_A_YEAR,
        practices=min(8500, max(14, patients // 6500)),
        providers=min(300, max(2, patients // 180_000)),
    )
    with open_activity(size, seed, machine) as connection:
        connection.execute(f"set variable feed_format = '{feed_format}'")
        connection.execute(f"set variable episodes_wanted = {episodes}")
        connection.execute(f"set variable months_a_file = {MONTHS_A_YEAR // files}")
        _run(connection, "interchange_once.sql", "sent_once.sql", "delivery.sql", "record.sql")
        connection.execute("create view outgoing as from record")
        feeds = _write_feeds(connection, inbox, feed_format, _runs_of_days(connection, episodes))
        _run(connection, "fate.sql")
        _write_reference(connection, reference)
    shutil.copyfile(CATALOGUE / "site.toml", out / "site.toml")
    return feeds[0]


def _runs_of_days(connection: duckdb.DuckDBPyConnection, episodes: int) -> Days:
    """The months in runs of some million records, as first and last days."""
    months = connection.sql("select first_day, last_day from month order by k").fetchall()
    runs = min(len(months), episodes // RECORDS_A_RUN + 1)
    bounds = [len(months) * number // runs for number in range(runs + 1)]
    return [(months[a][0], months[b - 1][1]) for a, b in itertools.pairwise(bounds)]


def _make_folders(out: Path, feed_format: str) -> tuple[Path, Path]:
    """Make a new site's inbox and reference folders."""
    if feed_format not in FORMATS:
        raise ValueError(f"{feed_format!r} is not one of {', '.join(FORMATS)}")
    if out.exists() and any(out.iterdir()):
        raise FileExistsError(f"{out} is not empty: give a new or an empty folder")
    inbox = out / "inbox" / COMMISSIONER
    reference = out / "reference"
    inbox.mkdir(parents=True)
    reference.mkdir(parents=True)
    return inbox, reference


@contextmanager
def open_activity(
    size: Size, seed: int, machine: Machine | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with spells and episodes made; what overflows goes to disk."""
    machine = machine or Machine()
    with tempfile.TemporaryDirectory(dir=machine.temporary) as folder:
        connection = duckdb.connect(
            str(Path(folder) / "sample.duckdb"),
            config={
                "memory_limit": machine.memory_limit,
                "threads": machine.threads,
                "temp_directory": folder,
            },
        )
        try:
            _set_variables(connection, size, seed)
            _load_catalogue(connection)
            _run(
                connection,
                "draws.sql",
                "flat.sql",
                "people.sql",
                "month.sql",
                "day_slot.sql",
                "practice.sql",
            )
            _run(connection, "provider.sql", "age_slot.sql", "profile_slot.sql", "hrg_slot.sql")
            _run(connection, "class_slot.sql", "spell.sql", "episode.sql")
            yield connection
        finally:
            connection.close()


def _set_variables(connection: duckdb.DuckDBPyConnection, size: Size, seed: int) -> None:
    last_month = FIRST_DAY.month - 1 + size.months
    last_day = datetime.date(
        FIRST_DAY.year + last_month // 12, last_month % 12 + 1, 1
    ) - datetime.timedelta(days=1)
    warm_up_day = FIRST_DAY - datetime.timedelta(days=WARM_UP_DAYS)
    days = (last_day - warm_up_day).days + 1
    spells = round(size.patients * size.spells_per_thousand * days / 365_000)
    # Above the registered stand outsiders, newborns and strangers, each in a range of their own.
    outsiders_from = (size.patients // 100 + 1) * 100
    outsider_hundreds = size.patients // 5000 + 1
    newborns_from = outsiders_from + 100 * outsider_hundreds
    strangers_from = newborns_from + (spells // 1000 + 1) * 36
    numbers = {
        "seed": seed,
        "patients": size.patients,
        "months": size.months,
        "practices": size.practices,
        "providers": size.providers,
        "spells": spells,
        "horizon_days": (last_day - FIRST_DAY).days + 1,
        "outsiders_from": outsiders_from,
        "outsider_hundreds": outsider_hundreds,
        "newborns_from": newborns_from,
        "strangers_from": strangers_from,
        "all_people": strangers_from + 500,
    }
    for name, number in numbers.items():
        connection.execute(f"set variable {name} = {number}::bigint")
    for name, day in {
        "first_day": FIRST_DAY,
        "last_day": last_day,
        "warm_up_day": warm_up_day,
    }.items():
        connection.execute(f"set variable {name} = date '{day}'")
    for name, percent in {
        "uplift": UPLIFT_PERCENT,
        "uplift_non_elective": UPLIFT_NON_ELECTIVE_PERCENT,
        "contingency": CONTINGENCY_PERCENT,
    }.items():
        connection.execute(f"set variable {name} = ({percent} * 0.01)::decimal(6, 4)")


def _load_catalogue(connection: duckdb.DuckDBPyConnection) -> None:
    for table, file in {
        "catalogue_practices": "practices",
        "catalogue_providers": "providers",
        "neighbour_practices": "neighbour_practices",
        "hrgs": "hrgs",
        "age_bands": "age_bands",
        "age_profiles": "age_profiles",
        "bank_holidays": "bank_holidays",
        "event_classes": "event_classes",
    }.items():
        path = str(CATALOGUE / f"{file}.csv")
        rows = connection.read_csv(path, header=True, all_varchar=True)
        types = (f"{name}::{_TYPES.get(name, _type_of(name))} as {name}" for name in rows.columns)
        rows.project(", ".join(types)).create(table)


_TYPES = {
    "practice": "integer",
    "provider": "integer",
    "successor": "integer",
    "patients": "bigint",
    "list_size": "bigint",
    "gps": "integer",
    "sex": "integer",
    "share": "integer",
    "males": "integer",
    "females": "integer",
    "day": "date",
    "market_forces_index": "decimal(6, 4)",
}


def _type_of(column: str) -> str:
    """The type that a catalogue column's name says."""
    if column.endswith("_date"):
        return "date"
    if column.endswith("_nights"):
        return "double"
    if column.endswith(("_price", "_percent", "_point", "_weight", "_age")) or column.startswith(
        "age_"
    ):
        return "integer"
    return "text"


def _text(name: str) -> str:
    return (SQL / name).read_text(encoding="utf-8")


def _run(connection: duckdb.DuckDBPyConnection, *names: str) -> None:
    for name in names:
        connection.execute(_text(name))


def _write_feeds(
    connection: duckdb.DuckDBPyConnection, inbox: Path, feed_format: str, days: Days
) -> list[Path]:
    """Write every delivery as a file of its own, a run of days at a time; return the files."""
    written = []
    for number, name, first, last in connection.execute(
        "select delivery_no, file_name, min(activity_date), max(activity_date) "
        "from delivery left join sent using (interchange_no) group by all order by delivery_no"
    ).fetchall():
        connection.execute(f"set variable delivery_no = {number}")
        own = [run for run in days if first is not None and run[0] <= last and first <= run[1]]
        path = inbox / f"{name}{FORMATS[feed_format]}"
        if feed_format == "nwcs":
            _write_nwcs(connection, path, own)
        elif feed_format == "sus":
            _write_csv(connection, "sus", path, own)
        else:
            _write_cds62(connection, path, own)
            _write_csv(connection, "grouper", inbox / f"{name}_grouper.csv", own)
        written.append(path)
    return written


def _write_nwcs(connection: duckdb.DuckDBPyConnection, path: Path, days: Days) -> None:
    """Header and column line, the records, the trailer with their count."""
    header = connection.execute(
        "select interchange_id, sender, prime_recipient, protocol, bulk_group, period_start, "
        "period_end, extract_at from interchange inner join delivery using (interchange_no) "
        "where delivery_no = getvariable('delivery_no')"
    ).fetchall()[0]
    values = ["" if value is None else _iso(value) for value in header]
    columns = connection.sql(_text("formats/nwcs.sql")).columns[1:]
    with path.open("wb") as file:
        file.write(f"HDR,NWCS-APC,1,{','.join(values)}\n".encode())
        file.write(f"COL,{','.join(columns)}\n".encode())
        records = _append_rows(connection, "nwcs", file, days, "format csv, header false")
        file.write(f"TRL,{values[0]},{records}\n".encode())


def _write_csv(connection: duckdb.DuckDBPyConnection, name: str, path: Path, days: Days) -> None:
    """A line of column names, and the rows."""
    columns = connection.sql(_text(f"formats/{name}.sql")).columns
    with path.open("wb") as file:
        file.write(f"{','.join(columns)}\n".encode())
        _append_rows(connection, name, file, days, "format csv, header false")


def _write_cds62(connection: duckdb.DuckDBPyConnection, path: Path, days: Days) -> None:
    """Lines as they are; then the file's content is what it is known by."""
    with path.open("wb") as file:
        # No quoting and a delimiter that never occurs: a line is written as it stands.
        as_it_is = "format csv, header false, quote '', escape '', delimiter '\x1f'"
        _append_rows(connection, "cds62", file, days, as_it_is)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    connection.execute(
        f"update delivery set identifier = '{digest}' "
        "where delivery_no = getvariable('delivery_no')"
    )


def _append_rows(
    connection: duckdb.DuckDBPyConnection, name: str, file: BinaryIO, days: Days, options: str
) -> int:
    """Append a form's rows of the current delivery to an open file; return how many."""
    query = _text(f"formats/{name}.sql").rstrip().removesuffix(";")
    total = 0
    with tempfile.NamedTemporaryFile(suffix=".rows") as rows:
        for first, last in days:
            connection.execute(f"set variable from_day = date '{first.isoformat()}'")
            connection.execute(f"set variable to_day = date '{last.isoformat()}'")
            copied = connection.execute(f"copy (\n{query}\n) to '{rows.name}' ({options})")
            total += copied.fetchall()[0][0]
            with Path(rows.name).open("rb") as source:
                shutil.copyfileobj(source, file, 1 << 20)
    return total


def _iso(value: object) -> str:
    if isinstance(value, datetime.datetime):
        return value.isoformat(timespec="seconds")
    return str(value)


def _write_reference(connection: duckdb.DuckDBPyConnection, reference: Path) -> None:
    """Write reference/ with its tariffs and budgets; needs the table fate."""
    _run(connection, "worth.sql", "budget.sql")
    _write_tariffs(connection, reference / "tariffs")
    for query in sorted((SQL / "reference").glob("*.sql")):
        _copy_query(connection, query, reference / f"{query.stem}.csv")
    budgets = reference / "budgets"
    budgets.mkdir()
    total = connection.sql("select sum(base_amount + uplift) from budget").fetchall()[0][0]
    limit = (int(total) // 10_000 + 1) * 10_000
    rule = (CATALOGUE / "budgets-2004-05.toml").read_text(encoding="utf-8")
    (budgets / "2004-05.toml").write_text(
        rule.format(
            uplift=UPLIFT_PERCENT,
            uplift_non_elective=UPLIFT_NON_ELECTIVE_PERCENT,
            contingency=CONTINGENCY_PERCENT,
            resource_limit=f"{limit}.00",
        ),
        encoding="utf-8",
    )


def _set_budgets(out: Path) -> None:
    """Let the pipeline set the year's budgets: how they are worked out is kept beside their rule.

    It must come to what the generator reckoned. Raises ValueError otherwise.
    """
    done = setting.set_budgets(load_site(out), COMMISSIONER, "2004/05")
    if done.changes or done.status_changes:
        raise ValueError("budgets.csv is not what its rule makes of history.csv")
    shutil.rmtree(out / "warehouse")  # where the lock was; a site is delivered without one


def _write_tariffs(connection: duckdb.DuckDBPyConnection, tariffs: Path) -> None:
    shutil.copytree(CATALOGUE / "tariffs", tariffs)
    for edition in sorted(tariffs.iterdir()):
        if edition.name in EDITION_LEVELS:
            price_level, stay_level = EDITION_LEVELS[edition.name]
            connection.execute(f"set variable price_level = {price_level}")
            connection.execute(f"set variable stay_level = {stay_level}")
            _copy_query(connection, SQL / "tariff" / "tariff.sql", edition / "tariff.csv")
        for name in ("market_forces", "procedure_rank"):
            _copy_query(connection, SQL / "tariff" / f"{name}.sql", edition / f"{name}.csv")


def _copy_query(connection: duckdb.DuckDBPyConnection, query: Path, path: Path) -> None:
    text = query.read_text(encoding="utf-8").rstrip().removesuffix(";")
    connection.execute(f"copy (\n{text}\n) to '{path}' (format csv, header true)")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Makes a synthetic sample site: fictitious patients, practices and hospitals."
    )
    parser.add_argument("out", type=Path, help="a new or empty folder")
    parser.add_argument("--patients", type=int, default=DEFAULT_PATIENTS)
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED)
    parser.add_argument("--months", type=int, default=DEFAULT_MONTHS, help="from April 2004")
    parser.add_argument("--format", choices=FORMATS, default="nwcs")
    parser.add_argument(
        "--episodes",
        type=int,
        help="instead of a site's months, one interchange of exactly so many records (benchmarks)",
    )
    parser.add_argument("--memory-limit", default=Machine.memory_limit)
    parser.add_argument("--threads", type=int, default=Machine.threads)
    return parser.parse_args()


def main() -> None:
    arguments = _arguments()
    machine = Machine(arguments.memory_limit, arguments.threads)
    try:
        if arguments.episodes is not None:
            generate_benchmark(
                arguments.out, arguments.episodes, arguments.seed, arguments.format, machine
            )
        else:
            generate_site(
                arguments.out,
                patients=arguments.patients,
                seed=arguments.seed,
                months=arguments.months,
                feed_format=arguments.format,
                machine=machine,
            )
    except (FileExistsError, ValueError) as error:
        raise SystemExit(f"generate.py: {error}") from error


if __name__ == "__main__":
    main()
