"""The CDS protocols in plain Python: which records are quarantined, which are live, what each met.

A second implementation of the feeds' rules, for interchanges of any size that a test can think of.
It takes interchanges that have landed (whole-file refusals are no matter of records) and says of
every record its faults and its fate, and which are live. Records come as canonical text, as
submitted. Dates are compared as ISO text once they are known to be dates.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property

Row = Mapping[str, str]

REQUIRED = (
    "cds_unique_identifier",
    "cds_record_type",
    "cds_activity_date",
    "local_patient_identifier",
    "provider_code",
    "provider_spell_number",
    "episode_number",
    "patient_classification",
    "admission_method",
    "admission_date",
    "episode_start_date",
)
REQUIRED_OF_DELETIONS = ("cds_unique_identifier", "cds_record_type", "cds_activity_date")
REQUIRED_BY_NET_CHANGE = ("cds_update_type", "cds_applicable_datetime")
DATES = (
    "cds_activity_date",
    "birth_date",
    "admission_date",
    "discharge_date",
    "episode_start_date",
    "episode_end_date",
)
DAYS = ("critical_care_days", "rehabilitation_days", "palliative_care_days")
BULK_GROUP = {
    "120": "010",
    "130": "010",
    "140": "010",
    "180": "020",
    "190": "020",
    "200": "020",
    "160": "030",
    "150": "040",
}
FINISHED = {"120", "130", "140"}
LISTS = {
    "cds_record_type": set(BULK_GROUP),
    "patient_classification": set("12345"),
    "admission_method": {
        *("11", "12", "13"),
        *("21", "22", "23", "24", "25", "28", "2A", "2B", "2C", "2D"),
        *("31", "32"),
        *("81", "82", "83", "84", "89", "98", "99"),
    },
    "administrative_category": {"01", "02", "03", "04"},
}
EARLIEST_BIRTH = "1880-01-01"


@dataclass(frozen=True)
class Interchange:
    """An interchange that has landed, with its place in the order of landing.

    `protocol` is 010 (net change) or 020 (bulk replacement); bulk group and report period are
    blank for net change. A file of several scopes is several interchanges of one landing, each
    with the lines of its records; else the first record stands on line 3.
    """

    landing: int
    sender: str
    prime_recipient: str
    protocol: str
    bulk_group: str
    period_start: str
    period_end: str
    extract_datetime: str
    records: tuple[Row, ...]
    lines: tuple[int, ...] = ()

    @property
    def bulk(self) -> bool:
        """Whether it replaces all that it covers."""
        return self.protocol == "020"

    @property
    def order(self) -> tuple[str, int]:
        """Where a bulk interchange stands in time: its extract, then its landing."""
        return self.extract_datetime, self.landing

    @property
    def parties(self) -> tuple[str, str]:
        """Sender and prime recipient, as the canonical record has them."""
        return organisation(self.sender), organisation(self.prime_recipient)

    @cached_property
    def identifiers(self) -> frozenset[str]:
        """The identifiers that it brings, however spoilt their records."""
        return frozenset(row["cds_unique_identifier"].strip() for row in self.records)


@dataclass(frozen=True)
class Fault:
    """A rule of quarantine that a record breaks, and the field that breaks it."""

    rule: str
    field: str


@dataclass(frozen=True)
class Landed:
    """A record that has landed: where it stands, what it says, what is wrong with it."""

    interchange: Interchange
    line: int
    row: Row
    faults: tuple[Fault, ...]

    @property
    def identifier(self) -> str:
        """The key for life."""
        return self.row["cds_unique_identifier"]

    @property
    def deletion(self) -> bool:
        """Whether it is an instruction to delete; bulk replacement ignores update types."""
        return not self.interchange.bulk and self.row["cds_update_type"] == "1"

    @property
    def order(self) -> tuple[str, int]:
        """Effective time, then landing: the applicable date-time, or the extract's under bulk."""
        if self.interchange.bulk:
            return self.interchange.order
        return self.row["cds_applicable_datetime"], self.interchange.landing

    @property
    def occurrence(self) -> tuple[int, str, str]:
        """What no other record of the file may share with it further down (E05)."""
        return self.interchange.landing, self.identifier, self.order[0]


@dataclass(frozen=True)
class Outcome:
    """What the rules make of all records landed, keyed by landing number and line."""

    records: Mapping[tuple[int, int], Landed]
    fates: Mapping[tuple[int, int], str]
    correction_quarantined: frozenset[tuple[int, int]]

    @property
    def live(self) -> list[Landed]:
        """The records that are live, in order of landing and line."""
        return [self.records[key] for key in sorted(self.fates) if self.fates[key] == "live"]


def outcome(interchanges: Sequence[Interchange]) -> Outcome:
    """Applies the protocols to all interchanges landed so far, in whatever order they are given."""
    records = {(each.interchange.landing, each.line): each for each in checked(interchanges)}
    fates, marked = {}, set()
    histories: dict[str, list[tuple[int, int]]] = {}
    for key, landed in records.items():
        if landed.faults:
            fates[key] = "quarantined"
        elif landed.deletion:
            fates[key] = "deletion"
        if not landed.faults:
            histories.setdefault(landed.identifier, []).append(key)
    for keys in histories.values():
        in_order = sorted(keys, key=lambda key: records[key].order)
        versions = [key for key in in_order if not records[key].deletion]
        for key in versions[:-1]:
            fates[key] = "superseded"
        if versions:
            last = versions[-1]
            after = [
                each for each in interchanges if each.bulk and covers_later(each, records[last])
            ]
            brought = [each for each in after if records[last].identifier in each.identifiers]
            if in_order[-1] != last:
                fates[last] = "deleted"
            elif len(brought) < len(after):
                fates[last] = "replaced"
            else:
                fates[last] = "live"
                if brought:
                    marked.add(last)
    return Outcome(records, fates, frozenset(marked))


def covers_later(scope: Interchange, landed: Landed) -> bool:
    """Whether a bulk interchange comes after a record and covers it.

    A scope covers the same sender's records to the same prime recipient, of its bulk group, whose
    activity date lies in its report period.
    """
    return (
        scope.order > landed.order
        and scope.parties == landed.interchange.parties
        and scope.bulk_group == BULK_GROUP[landed.row["cds_record_type"]]
        and scope.period_start <= landed.row["cds_activity_date"] <= scope.period_end
    )


def held(
    interchanges: Sequence[Interchange],
    arriving: Interchange,
    shrink_percent: int = 25,
    limit_days: int = 366,
) -> bool:
    """Whether a bulk interchange waits for a release instead of landing (H01).

    It does if its report period is longer than the limit, days counted inclusively, or if it would
    remove more than the percentage, and more than 100, of the live records in its scope.
    """
    if not arriving.bulk:
        return False
    start, end = date.fromisoformat(arriving.period_start), date.fromisoformat(arriving.period_end)
    before = {
        (landed.interchange.landing, landed.line): landed for landed in outcome(interchanges).live
    }
    after = outcome([*interchanges, arriving]).fates
    covered = [
        key
        for key, landed in before.items()
        if arriving.parties == landed.interchange.parties
        and arriving.bulk_group == BULK_GROUP[landed.row["cds_record_type"]]
        and arriving.period_start <= landed.row["cds_activity_date"] <= arriving.period_end
    ]
    removed = [key for key in covered if after[key] == "replaced"]
    too_many = len(removed) > 100 and len(removed) * 100 > shrink_percent * len(covered)
    return too_many or (end - start).days + 1 > limit_days


def checked(interchanges: Sequence[Interchange]) -> list[Landed]:
    """Returns all records with their faults."""
    landed = [
        Landed(each, line, row, tuple(faults_of(row, each)))
        for each in interchanges
        for line, row in zip(
            each.lines or range(3, 3 + len(each.records)), map(canonical, each.records), strict=True
        )
    ]
    last: dict[tuple[int, str, str], int] = {}
    for each in landed:
        last[each.occurrence] = max(each.line, last.get(each.occurrence, 0))
    repeated = Fault("E05", "cds_unique_identifier")
    return [
        replace(each, faults=(*each.faults, repeated))
        if each.identifier and is_datetime(each.order[0]) and each.line < last[each.occurrence]
        else each
        for each in landed
    ]


def canonical(row: Row) -> Row:
    """Returns a record trimmed, with its organisation codes without the `00` of a site."""
    trimmed = {field: value.strip() for field, value in row.items()}
    for field in ("provider_code", "commissioner_code", "residence_commissioner"):
        trimmed[field] = organisation(trimmed[field])
    return trimmed


def organisation(code: str) -> str:
    """Returns an organisation's code: five characters that end in 00 lose them."""
    return code[:3] if len(code) == 5 and code.endswith("00") else code


def faults_of(row: Row, interchange: Interchange) -> list[Fault]:
    """Returns the faults that a record has by itself: all rules but E05."""
    bulk = interchange.bulk
    deletion = not bulk and row["cds_update_type"] == "1"
    required: tuple[str, ...] = REQUIRED_OF_DELETIONS if deletion else REQUIRED
    if not bulk:
        required += REQUIRED_BY_NET_CHANGE
    if not deletion and row["cds_record_type"] in FINISHED:
        required += ("episode_end_date",)
    faults = [Fault("E01", field) for field in required if not row[field]]
    faults += [Fault("E02", field) for field in malformed(row, bulk=bulk, deletion=deletion)]
    faults += [Fault("E03", field) for field in unlisted(row, bulk=bulk, deletion=deletion)]
    if not deletion:
        faults += [Fault("E04", field) for field in out_of_order(row)]
        if bulk:
            faults += [Fault("E06", field) for field in outside_scope(row, interchange)]
        if impossible_birth(row):
            faults.append(Fault("E07", "birth_date"))
    return faults


def malformed(row: Row, *, bulk: bool, deletion: bool) -> list[str]:
    """Returns the fields of wrong form (E02); a blank is not of wrong form."""
    wrong = []
    for field in ("cds_activity_date",) if deletion else DATES:
        if row[field] and not is_date(row[field]):
            wrong.append(field)
    applicable = "" if bulk else row["cds_applicable_datetime"]
    if applicable and not is_datetime(applicable):
        wrong.append("cds_applicable_datetime")
    if len(row["cds_unique_identifier"]) > 35:
        wrong.append("cds_unique_identifier")
    if deletion:
        return wrong
    if row["episode_number"] and not is_whole(row["episode_number"], 1, 87):
        wrong.append("episode_number")
    wrong += [field for field in DAYS if row[field] and not is_whole(row[field], 0)]
    if len(row["provider_spell_number"]) > 12:
        wrong.append("provider_spell_number")
    if row["provider_code"] and not re.fullmatch("[A-Z0-9]{3,6}", row["provider_code"]):
        wrong.append("provider_code")
    return wrong


def unlisted(row: Row, *, bulk: bool, deletion: bool) -> list[str]:
    """Returns the fields whose code is not in its list (E03); a blank is none of them."""
    lists = {"cds_record_type": LISTS["cds_record_type"]} if deletion else dict(LISTS)
    if not bulk:
        lists["cds_update_type"] = {"9", "1"}
    return [field for field, codes in lists.items() if row[field] and row[field] not in codes]


def out_of_order(row: Row) -> list[str]:
    """Returns the dates that stand before one they must follow, or after one they may not (E04)."""
    pairs = (
        ("discharge_date", "admission_date", "discharge_date"),
        ("episode_end_date", "episode_start_date", "episode_end_date"),
        ("episode_start_date", "admission_date", "episode_start_date"),
        ("episode_end_date", "episode_end_date", "discharge_date"),
    )
    return [
        blamed
        for blamed, earlier, later in pairs
        if is_date(row[earlier]) and is_date(row[later]) and row[later] < row[earlier]
    ]


def outside_scope(row: Row, interchange: Interchange) -> list[str]:
    """Returns the fields that put a record outside its own bulk interchange (E06)."""
    outside = []
    day, record_type = row["cds_activity_date"], row["cds_record_type"]
    if is_date(day) and not interchange.period_start <= day <= interchange.period_end:
        outside.append("cds_activity_date")
    if record_type in BULK_GROUP and BULK_GROUP[record_type] != interchange.bulk_group:
        outside.append("cds_record_type")
    return outside


def impossible_birth(row: Row) -> bool:
    """Whether a birth date lies before 1880, or after the admission or the activity (E07)."""
    born = row["birth_date"]
    after = [
        row[field]
        for field in ("admission_date", "cds_activity_date")
        if is_date(row[field]) and is_date(born) and born > row[field]
    ]
    return is_date(born) and (born < EARLIEST_BIRTH or bool(after))


def is_date(text: str) -> bool:
    """Whether a text is a date of the calendar, YYYY-MM-DD."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def is_datetime(text: str) -> bool:
    """Whether a text is a date and a time of day, YYYY-MM-DDTHH:MM:SS."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}", text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def is_whole(text: str, lowest: int, highest: int | None = None) -> bool:
    """Whether a text is a whole number within bounds."""
    if not re.fullmatch(r"-?[0-9]+", text):
        return False
    return lowest <= int(text) and (highest is None or int(text) <= highest)
