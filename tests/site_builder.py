"""Builds a complete temporary site from plain Python rows, so that a test reads like its rule.

    site = SiteBuilder(tmp_path)
    site.tariff(hrg_code="H02", elective_price="4000", elective_trim_point="5")
    site.episode(hrg_code="H02", admission_date="2004-04-10", nights=3)
    site.write()

Whatever a test does not name has a default: commissioner 5XA, provider RXA, practice Y90001, and
one registered patient an episode, admitted in April 2004. Everything made here is synthetic: the
organisations, the prices and the patients, whose NHS numbers are of the range 999, which is
kept for tests and never given to a person.

The builder only writes files. What runs the pipeline on them is `tests/pipeline_run.py`.
"""

import csv
import gzip
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

Row = dict[str, str]
Cell = str | int | date | None

COMMISSIONER = "5XA"
PROVIDER = "RXA"
PRACTICE = "Y90001"
PERIOD = "2004-04"
EDITION = "2004-05"

# The canonical record's columns, in the order of the feeds' rules; prime_recipient stands in the
# header of the clearing service's extract and nowhere else in it.
RECORD_COLUMNS = (
    "cds_unique_identifier",
    "cds_record_type",
    "cds_update_type",
    "cds_applicable_datetime",
    "cds_activity_date",
    "nhs_number",
    "nhs_number_status",
    "local_patient_identifier",
    "birth_date",
    "sex",
    "postcode",
    "residence_commissioner",
    "gp_practice_code",
    "gmp_code",
    "referrer_code",
    "provider_code",
    "commissioner_code",
    "commissioning_serial_number",
    "provider_spell_number",
    "episode_number",
    "last_episode_in_spell",
    "patient_classification",
    "administrative_category",
    "admission_method",
    "source_of_admission",
    "admission_date",
    "discharge_date",
    "discharge_method",
    "discharge_destination",
    "episode_start_date",
    "episode_end_date",
    "intended_management",
    "main_specialty",
    "treatment_function",
    "consultant_code",
    "primary_diagnosis",
    "secondary_diagnoses",
    "primary_procedure",
    "secondary_procedures",
    "hrg_code",
    "hrg_version",
    "spell_hrg_code",
    "critical_care_days",
    "rehabilitation_days",
    "palliative_care_days",
)

# The files of reference/ and the columns of each, in the order in which they are described.
REFERENCE_COLUMNS: dict[str, tuple[str, ...]] = {
    "practices": (
        "practice_code",
        "name",
        "address",
        "postcode",
        "open_date",
        "close_date",
        "list_size",
        "weighted_list_size",
    ),
    "memberships": ("practice_code", "commissioner_code", "start_date", "end_date"),
    "registrations": ("nhs_number", "practice_code", "start_date", "end_date"),
    "gps": ("gmp_code", "practice_code", "start_date", "end_date"),
    "successions": ("practice_code", "successor_code", "date"),
    "budgets": ("financial_year", "practice_code", "pod", "annual_amount", "status"),
    "history": ("practice_code", "financial_year", "pod", "spells", "amount"),
    "participation": ("practice_code", "status", "from_date"),
    "scope": ("financial_year", "practice_code", "pod", "treatment"),
    "profile": ("financial_year", "pod", "month", "share"),
}

# The files of one tariff edition and the columns of each.
EDITION_COLUMNS: dict[str, tuple[str, ...]] = {
    "tariff": (
        "hrg_code",
        "hrg_name",
        "elective_price",
        "daycase_price",
        "non_elective_price",
        "elective_trim_point",
        "non_elective_trim_point",
        "excess_day_price",
        "short_stay_percent",
    ),
    "procedure_rank": ("procedure_code", "rank"),
    "exclusions": ("rule", "field", "match", "value", "reason"),
    "top_ups": (
        "service",
        "rate_percent",
        "field",
        "value",
        "minimum_age",
        "maximum_age",
    ),
    "top_up_providers": ("service", "provider_code"),
    "market_forces": ("provider_code", "index"),
    "local_prices": ("provider_code", "hrg_code", "pod", "price", "per"),
}


def text_of(value: Cell) -> str:
    """Returns a cell as the files carry it: dates as YYYY-MM-DD, none as blank."""
    return "" if value is None else str(value)


def nhs_number(sequence: int) -> str:
    """Returns the synthetic NHS number nearest to a place in the range 999, with its check digit.

    The check digit is 11 less the remainder modulus 11 of the nine digits weighted 10 to 2, with 11
    counting as 0; a number whose check would be 10 is never issued, so its neighbour is given
    (NHS Data Dictionary, NHS number). Different sequences below 300,000 give different numbers.
    """
    stem = 999_000_000 + 3 * sequence
    while True:
        weighted = sum(int(digit) * (10 - place) for place, digit in enumerate(str(stem)))
        check = (11 - weighted % 11) % 11
        if check < 10:
            return f"{stem}{check}"
        stem += 1


def episode_row(number: int, *, nights: int = 3, **given: Cell) -> Row:
    """Returns a valid finished general episode, one spell of its own, as canonical text.

    `number` makes its identifiers. `nights` gives the discharge date where none is given. The
    episode lasts for the whole stay unless its dates are given, and its activity date is its end.
    """
    row = dict.fromkeys(RECORD_COLUMNS, "")
    row |= {
        "cds_unique_identifier": f"{PROVIDER}{number:08d}",
        "cds_record_type": "130",
        "cds_update_type": "9",
        "nhs_number": nhs_number(number),
        "nhs_number_status": "01",
        "local_patient_identifier": f"L{number:07d}",
        "birth_date": "1950-01-01",
        "sex": "2",
        "postcode": "EX9 9ZZ",
        "residence_commissioner": COMMISSIONER,
        "gp_practice_code": PRACTICE,
        "provider_code": PROVIDER,
        "commissioner_code": COMMISSIONER,
        "provider_spell_number": f"S{number:07d}",
        "episode_number": "1",
        "last_episode_in_spell": "1",
        "patient_classification": "1",
        "administrative_category": "01",
        "admission_method": "11",
        "source_of_admission": "19",
        "admission_date": f"{PERIOD}-10",
        "main_specialty": "100",
        "treatment_function": "100",
        "consultant_code": "C9999998",
        "primary_diagnosis": "K40",
        "hrg_code": "H02",
        "hrg_version": "3.5",
    }
    row |= {name: text_of(value) for name, value in given.items()}
    unknown = set(row) - set(RECORD_COLUMNS)
    if unknown:
        raise ValueError(f"no such column in the canonical record: {', '.join(sorted(unknown))}")
    if "discharge_date" not in given:
        row["discharge_date"] = days_after(row["admission_date"], nights)
    if "episode_start_date" not in given:
        row["episode_start_date"] = row["admission_date"]
    if "episode_end_date" not in given:
        row["episode_end_date"] = row["discharge_date"]
    if "cds_activity_date" not in given:
        row["cds_activity_date"] = row["episode_end_date"] or row["episode_start_date"]
    if "cds_applicable_datetime" not in given:
        row["cds_applicable_datetime"] = f"{row['cds_activity_date']}T12:00:00"
    return row


def days_after(day: str, days: int) -> str:
    """Returns the date so many days after a date, both as YYYY-MM-DD."""
    return str(date.fromisoformat(day) + timedelta(days=days))


@dataclass
class NwcsFile:
    """One interchange of the clearing service's extract, as plain rows of canonical text.

    Net change (`010`) unless a bulk group and a report period are given with protocol `020`.
    """

    interchange_id: str
    records: list[Row] = field(default_factory=list)
    sender: str = PROVIDER
    prime_recipient: str = COMMISSIONER
    protocol: str = "010"
    bulk_group: str = ""
    period_start: str = ""
    period_end: str = ""
    extract_datetime: str = "2004-05-05T06:00:00"
    columns: tuple[str, ...] = RECORD_COLUMNS

    def lines(self) -> list[list[str]]:
        """Returns the file's lines as lists of fields: header, columns, records, trailer."""
        header = [
            self.interchange_id,
            self.sender,
            self.prime_recipient,
            self.protocol,
            self.bulk_group,
            self.period_start,
            self.period_end,
            self.extract_datetime,
        ]
        return [
            ["HDR", "NWCS-APC", "1", *header],
            ["COL", *self.columns],
            *(["REC", *(row.get(column, "") for column in self.columns)] for row in self.records),
            ["TRL", self.interchange_id, str(len(self.records))],
        ]

    def content(
        self, *, line_end: str = "\n", byte_order_mark: bool = False, fault: str = ""
    ) -> bytes:
        """Returns the file's bytes; `fault` names one of FAULTS to spoil it with."""
        lines = self.lines()
        if fault:
            lines = FAULTS[fault][1](lines)
        text = csv_text(lines, line_end)
        return text.encode("utf-8-sig" if byte_order_mark else "utf-8")

    def write(
        self,
        path: Path,
        *,
        compress: bool = False,
        line_end: str = "\n",
        byte_order_mark: bool = False,
        fault: str = "",
    ) -> Path:
        """Writes the file, plain or gzip, whole or spoilt, and returns its path."""
        content = self.content(line_end=line_end, byte_order_mark=byte_order_mark, fault=fault)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(content, mtime=0) if compress else content)
        return path


def csv_text(lines: Iterable[Iterable[str]], line_end: str = "\n") -> str:
    """Returns lines as CSV (RFC 4180): a field is quoted where it must be."""
    out = io.StringIO()
    csv.writer(out, lineterminator=line_end).writerows(lines)
    return out.getvalue()


Lines = list[list[str]]


def _unknown_format(lines: Lines) -> Lines:
    return [["A", "letter", "not", "a", "feed"], *lines[1:]]


def _unknown_version(lines: Lines) -> Lines:
    return [[*lines[0][:2], "2", *lines[0][3:]], *lines[1:]]


def _no_trailer(lines: Lines) -> Lines:
    return lines[:-1]


def _text_after_trailer(lines: Lines) -> Lines:
    return [*lines, ["REC", *[""] * (len(lines[1]) - 1)]]


def _blank_line_after_trailer(lines: Lines) -> Lines:
    return [*lines, []]


def _second_interchange(lines: Lines) -> Lines:
    return [*lines, *lines]


def _wrong_count(lines: Lines) -> Lines:
    return [*lines[:-1], [*lines[-1][:2], str(int(lines[-1][2]) + 1)]]


def _other_trailer(lines: Lines) -> Lines:
    return [*lines[:-1], ["TRL", lines[-1][1] + "X", lines[-1][2]]]


def _short_header(lines: Lines) -> Lines:
    return [lines[0][:-1], *lines[1:]]


def _required_column_missing(lines: Lines) -> Lines:
    at = lines[1].index("admission_method")
    return [
        lines[0],
        *([*line[:at], *line[at + 1 :]] for line in lines[1:-1]),
        lines[-1],
    ]


def _line_too_long(lines: Lines) -> Lines:
    return [*lines[:2], [*lines[2], "shifted"], *lines[3:]]


def _line_too_short(lines: Lines) -> Lines:
    return [*lines[:2], lines[2][:-1], *lines[3:]]


def _no_period_start(lines: Lines) -> Lines:
    header = lines[0]
    return [[*header[:8], "", *header[9:]], *lines[1:]]


def _period_backwards(lines: Lines) -> Lines:
    header = lines[0]
    return [[*header[:8], header[9], header[8], *header[10:]], *lines[1:]]


# Each way to spoil a file: the rule that refuses it, and what is done to its lines. The faults of
# a line need a file with a record; the faults of a report period need a bulk file whose period is
# longer than a day. F05 is a matter of two files: write another content under a known identifier.
FAULTS = {
    "unknown format": ("F01", _unknown_format),
    "unknown version": ("F01", _unknown_version),
    "no trailer": ("F02", _no_trailer),
    "text after the trailer": ("F02", _text_after_trailer),
    "blank line after the trailer": ("F02", _blank_line_after_trailer),
    "second interchange": ("F02", _second_interchange),
    "wrong count": ("F03", _wrong_count),
    "trailer of another interchange": ("F04", _other_trailer),
    "short header": ("F04", _short_header),
    "required column missing": ("F04", _required_column_missing),
    "line too long": ("F04", _line_too_long),
    "line too short": ("F04", _line_too_short),
    "report period missing": ("F06", _no_period_start),
    "report period backwards": ("F06", _period_backwards),
}


class EditionBuilder:
    """The rows of one tariff edition, and the settings of its edition.toml."""

    def __init__(self, folder: str, settings: Mapping[str, str | int]) -> None:
        """Starts an edition without a price, under a folder name of reference/tariffs/."""
        self.folder = folder
        self.settings: dict[str, str | int] = {
            "financial_year": "2004/05",
            "edition": 1,
            "currency": "HRG3.5",
            "published": "2004-02-01",
            "source": "Invented for a test; claims nothing of any real tariff.",
            "market_forces": "paid_centrally",
            **settings,
        }
        self.tables: dict[str, list[Row]] = {name: [] for name in EDITION_COLUMNS}

    def add(self, table: str, **given: Cell) -> Row:
        """Adds a row to one of the edition's files."""
        return add_row(EDITION_COLUMNS, self.tables, table, given)

    def tariff(self, hrg_code: str, **given: Cell) -> Row:
        """Adds an HRG with its prices; what is not given is blank, which means none."""
        defaults: dict[str, Cell] = {"hrg_name": f"Invented group {hrg_code}"}
        return self.add("tariff", hrg_code=hrg_code, **(defaults | given))

    def exclusion(
        self,
        field: str,
        value: str,
        *,
        match: str = "equals",
        reason: str = "",
        rule: str = "",
    ) -> Row:
        """Adds a rule that excludes the episodes whose field matches the value."""
        count = len(self.tables["exclusions"]) + 1
        return self.add(
            "exclusions",
            rule=rule or f"X{count}",
            field=field,
            match=match,
            value=value,
            reason=reason or f"{field} {match} {value}",
        )

    def top_up(self, service: str, rate_percent: Cell, **given: Cell) -> Row:
        """Adds a top-up rule: `field` (diagnosis or procedure), `value` a prefix, age bounds."""
        return self.add("top_ups", service=service, rate_percent=rate_percent, **given)

    def top_up_provider(self, service: str, provider_code: str = PROVIDER) -> Row:
        """Makes a provider eligible for a top-up service."""
        return self.add("top_up_providers", service=service, provider_code=provider_code)

    def market_forces(self, index: Cell, provider_code: str = PROVIDER) -> Row:
        """Gives a provider its market forces index."""
        return self.add("market_forces", provider_code=provider_code, index=index)

    def local_price(self, hrg_code: str, price: Cell, **given: Cell) -> Row:
        """Adds a local price, per spell unless told `per="day"`; provider and POD may be blank."""
        defaults: dict[str, Cell] = {"per": "spell"}
        return self.add("local_prices", hrg_code=hrg_code, price=price, **(defaults | given))

    def procedure_rank(self, procedure_code: str, rank: int) -> Row:
        """Ranks a procedure for dominance; 1 is the most dominant."""
        return self.add("procedure_rank", procedure_code=procedure_code, rank=rank)

    def write(self, directory: Path) -> None:
        """Writes edition.toml, tariff.csv, and of the other files those that have rows."""
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "edition.toml").write_text(toml_table(self.settings))
        for name, rows in self.tables.items():
            write_table(
                directory / f"{name}.csv",
                EDITION_COLUMNS[name],
                rows,
                always=name == "tariff",
            )


class SiteBuilder:
    """A site under construction: settings, reference rows, tariff editions, interchanges.

    Rows are added by methods named after the file they stand in; `write` puts everything on disk.
    A test that goes on after a close changes `tables`, adds interchanges and writes again: what
    was written to an inbox once is not written there again.
    """

    def __init__(
        self,
        directory: Path,
        *,
        commissioners: Mapping[str, str] | None = None,
        practice: bool = True,
    ) -> None:
        """Starts a site with one commissioner and, unless told not to, its one practice."""
        self.directory = directory
        self.commissioners = dict(commissioners or {COMMISSIONER: "Exemplar Primary Care Trust"})
        self.settings: dict[str, dict[str, str | int | bool]] = {}
        self.tables: dict[str, list[Row]] = {name: [] for name in REFERENCE_COLUMNS}
        self.editions: dict[str, EditionBuilder] = {}
        self.budget_rules: dict[str, str] = {}
        self.pending: list[Row] = []
        self._waiting: list[tuple[str, NwcsFile]] = []
        self._episodes = 0
        self._interchanges = 0
        if practice:
            self.practice(PRACTICE)

    # settings and reference data

    def setting(self, table: str, **values: str | int | bool) -> None:
        """Sets keys of a table of site.toml, such as `setting("ledger", opens="2004-04")`."""
        self.settings.setdefault(table, {}).update(values)

    def add(self, table: str, **given: Cell) -> Row:
        """Adds a row to one of the files of reference/."""
        return add_row(REFERENCE_COLUMNS, self.tables, table, given)

    def practice(self, practice_code: str, *, member: bool = True, **given: Cell) -> Row:
        """Adds a practice, a member of the site's first commissioner from 1990 on unless told."""
        defaults: dict[str, Cell] = {
            "name": f"Invented Surgery {practice_code}",
            "address": "1 Example Street",
            "postcode": "EX9 9ZZ",
            "open_date": "1974-04-01",
            "list_size": 6500,
            "weighted_list_size": 6500,
        }
        if member:
            self.membership(practice_code)
        return self.add("practices", practice_code=practice_code, **(defaults | given))

    def membership(
        self,
        practice_code: str,
        commissioner_code: str | None = None,
        start_date: Cell = "1990-04-01",
        end_date: Cell = None,
    ) -> Row:
        """Places a practice with a commissioner, the site's first unless told."""
        return self.add(
            "memberships",
            practice_code=practice_code,
            commissioner_code=commissioner_code or next(iter(self.commissioners)),
            start_date=start_date,
            end_date=end_date,
        )

    def registration(
        self,
        nhs_number: str,
        practice_code: str = PRACTICE,
        start_date: Cell = "1990-04-01",
        end_date: Cell = None,
    ) -> Row:
        """Registers a patient with a practice; the end date is the first day after."""
        return self.add(
            "registrations",
            nhs_number=nhs_number,
            practice_code=practice_code,
            start_date=start_date,
            end_date=end_date,
        )

    def gp(
        self,
        gmp_code: str,
        practice_code: str = PRACTICE,
        start_date: Cell = "1990-04-01",
        end_date: Cell = None,
    ) -> Row:
        """Places a general practitioner in a practice, both dates included."""
        return self.add(
            "gps",
            gmp_code=gmp_code,
            practice_code=practice_code,
            start_date=start_date,
            end_date=end_date,
        )

    def succession(self, practice_code: str, successor_code: str, date: Cell) -> Row:
        """Lets a practice succeed another from a date on."""
        return self.add(
            "successions",
            practice_code=practice_code,
            successor_code=successor_code,
            date=date,
        )

    def budget(
        self,
        practice_code: str = PRACTICE,
        pod: str = "elective",
        annual_amount: Cell = "0",
        financial_year: str = "2004/05",
        status: str = "budget_holder",
    ) -> Row:
        """Adds a budget in force for a practice and POD."""
        return self.add(
            "budgets",
            financial_year=financial_year,
            practice_code=practice_code,
            pod=pod,
            annual_amount=annual_amount,
            status=status,
        )

    def history(
        self, practice_code: str, financial_year: str, pod: str, amount: Cell, spells: int = 1
    ) -> Row:
        """Adds a year's spend that the ledger does not hold."""
        return self.add(
            "history",
            practice_code=practice_code,
            financial_year=financial_year,
            pod=pod,
            spells=spells,
            amount=amount,
        )

    def budget_rule(self, financial_year: str, toml: str) -> None:
        """Gives the rule of a year's budgets, as the text of its TOML file."""
        self.budget_rules[financial_year.replace("/", "-")] = toml

    # tariff

    def edition(self, folder: str = EDITION, **settings: str | int) -> EditionBuilder:
        """Returns the tariff edition of that folder, started with these settings where new."""
        if folder not in self.editions:
            self.editions[folder] = EditionBuilder(folder, settings)
        return self.editions[folder]

    def tariff(self, hrg_code: str, **given: Cell) -> Row:
        """Adds an HRG to the default edition, 2004/05."""
        return self.edition().tariff(hrg_code, **given)

    # activity

    def episode(self, *, nights: int = 3, **given: Cell) -> Row:
        """Adds an episode to the interchange that the next `write` makes, and returns its row."""
        self._episodes += 1
        row = episode_row(self._episodes, nights=nights, **given)
        self.pending.append(row)
        return row

    def interchange(
        self,
        records: Iterable[Row] = (),
        *,
        commissioner: str | None = None,
        interchange_id: str | None = None,
        sender: str = PROVIDER,
        prime_recipient: str = COMMISSIONER,
        protocol: str = "010",
        bulk_group: str = "",
        period_start: str = "",
        period_end: str = "",
        extract_datetime: str = "2004-05-05T06:00:00",
    ) -> NwcsFile:
        """Lays an interchange ready for an inbox; the order of calls is the order of landing.

        Files land in the order of their names, which are numbered from 0001 on.
        """
        self._interchanges += 1
        file = NwcsFile(
            interchange_id or f"NC{self._interchanges:04d}",
            list(records),
            sender=sender,
            prime_recipient=prime_recipient,
            protocol=protocol,
            bulk_group=bulk_group,
            period_start=period_start,
            period_end=period_end,
            extract_datetime=extract_datetime,
        )
        self._waiting.append((commissioner or next(iter(self.commissioners)), file))
        return file

    def waiting(self) -> list[NwcsFile]:
        """Returns the interchanges that the next `write` puts into inboxes, in order of landing."""
        return [file for _, file in self._waiting]

    def forget_waiting(self) -> None:
        """Takes away what waits to be written, for a test that writes nothing."""
        self._waiting = []

    # writing

    @property
    def reference(self) -> Path:
        """The folder of the site's reference data."""
        return self.directory / "reference"

    def inbox(self, commissioner: str | None = None) -> Path:
        """The folder where a commissioner's feed files wait."""
        return self.directory / "inbox" / (commissioner or next(iter(self.commissioners)))

    def write(self) -> Path:
        """Writes settings, reference data and the interchanges not yet written; returns the site.

        Pending episodes become one net-change interchange.
        """
        if self.pending:
            self.interchange(self.pending)
            self.pending = []
        self.write_settings()
        self.write_reference()
        for commissioner in self.commissioners:
            self.inbox(commissioner).mkdir(parents=True, exist_ok=True)
        for place, (commissioner, file) in enumerate(self._waiting):
            number = self._interchanges - len(self._waiting) + place + 1
            file.write(self.inbox(commissioner) / f"{number:04d}_{file.interchange_id}.csv")
        self._waiting = []
        return self.directory

    def write_settings(self) -> None:
        """Writes site.toml."""
        self.directory.mkdir(parents=True, exist_ok=True)
        parts = ['[site]\nname = "Exemplar information service"\n']
        for code, name in self.commissioners.items():
            parts.append(f'[[commissioners]]\ncode = "{code}"\nname = "{name}"\n')
        for table, values in self.settings.items():
            parts.append(f"[{table}]\n{toml_table(values)}")
        (self.directory / "site.toml").write_text("\n".join(parts))

    def write_reference(self) -> None:
        """Writes reference/: practices and memberships always, other files if they have rows."""
        self.reference.mkdir(parents=True, exist_ok=True)
        for name, rows in self.tables.items():
            always = name in {"practices", "memberships"}
            write_table(
                self.reference / f"{name}.csv", REFERENCE_COLUMNS[name], rows, always=always
            )
        for edition in (self.editions or {EDITION: self.edition()}).values():
            edition.write(self.reference / "tariffs" / edition.folder)
        for year, toml in self.budget_rules.items():
            (self.reference / "budgets").mkdir(exist_ok=True)
            (self.reference / "budgets" / f"{year}.toml").write_text(toml)


def add_row(
    columns: Mapping[str, tuple[str, ...]],
    tables: dict[str, list[Row]],
    table: str,
    given: Mapping[str, Cell],
) -> Row:
    """Adds a row to a table, blank where nothing is given; a column it has not is an error."""
    unknown = set(given) - set(columns[table])
    if unknown:
        raise ValueError(f"{table} has no column {', '.join(sorted(unknown))}")
    row = {column: text_of(given.get(column)) for column in columns[table]}
    tables[table].append(row)
    return row


def write_table(
    path: Path, columns: tuple[str, ...], rows: list[Row], *, always: bool = False
) -> None:
    """Writes a CSV file with its header; a table without rows has no file unless it must."""
    if not rows and not always:
        path.unlink(missing_ok=True)
        return
    lines = [list(columns), *([row[column] for column in columns] for row in rows)]
    path.write_text(csv_text(lines))


def toml_table(values: Mapping[str, str | int | bool]) -> str:
    """Returns keys and values as lines of TOML."""
    lines = []
    for key, value in values.items():
        if isinstance(value, bool):
            lines.append(f"{key} = {str(value).lower()}\n")
        elif isinstance(value, int):
            lines.append(f"{key} = {value}\n")
        else:
            escaped = value.replace("\\", "\\\\").replace('"', '\\"')
            lines.append(f'{key} = "{escaped}"\n')
    return "".join(lines)
