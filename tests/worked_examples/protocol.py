"""The protocols by example: what becomes of records, and which are quarantined.

A history is a list of interchanges in order of landing, each with its records and the fate
expected of each record once all have landed. Every example has a sender of its own, so that all
can stand in one site without touching each other.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.site_builder import Cell

APRIL = ("2004-04-01", "2004-04-30")


@dataclass(frozen=True)
class Sent:
    """A record as sent, and the fate expected of it.

    `applicable` is its applicable date-time, under net change. What is not given is that of a
    good episode of April 2004.
    """

    fate: str
    identifier: str = "A"
    applicable: str = ""
    given: Mapping[str, Cell] = field(default_factory=dict)


@dataclass(frozen=True)
class Batch:
    """An interchange: a bulk replacement where it has a report period, else net change."""

    sent: tuple[Sent, ...]
    extract: str = "2004-05-05T06:00:00"
    period: tuple[str, str] | None = None
    bulk_group: str = "010"
    prime_recipient: str = "5XA"


@dataclass(frozen=True)
class History:
    """An example: what it shows in words, and its interchanges in order of landing."""

    title: str
    rule: str
    batches: tuple[Batch, ...]


def at(day: int, hour: int = 6) -> str:
    """A moment of May 2004."""
    return f"2004-05-{day:02d}T{hour:02d}:00:00"


def sent(fate: str, identifier: str = "A", **given: Cell) -> Sent:
    """A record in a bulk replacement, which needs no applicable date-time of its own."""
    return Sent(fate, identifier, "", given)


def changed(fate: str, day: int, identifier: str = "A", **given: Cell) -> Sent:
    """A record sent as original or replacement under net change, applicable on a day of May."""
    return Sent(fate, identifier, at(day), {"cds_update_type": "9", **given})


def deletion(day: int, identifier: str = "A") -> Sent:
    """A deletion under net change, applicable on a day of May."""
    return Sent("deletion", identifier, at(day), {"cds_update_type": "1"})


def net(*records: Sent) -> Batch:
    """A net-change interchange."""
    return Batch(records)


def bulk(
    day: int,
    *records: Sent,
    period: tuple[str, str] = APRIL,
    bulk_group: str = "010",
    prime_recipient: str = "5XA",
) -> Batch:
    """A bulk replacement, extracted on a day of May."""
    return Batch(records, at(day), period, bulk_group, prime_recipient)


SPOILT: Mapping[str, Cell] = {"admission_method": "77"}
OF_MARCH: Mapping[str, Cell] = {"admission_date": "2004-03-10"}
UNFINISHED: Mapping[str, Cell] = {"cds_record_type": "190"}

HISTORIES = [
    History(
        "A replacement",
        "Under net change the record with the greatest applicable date-time is live.",
        (net(changed("superseded", 1)), net(changed("live", 2))),
    ),
    History(
        "A replacement that lands first",
        "The applicable date-time decides, not the order of landing.",
        (net(changed("live", 2)), net(changed("superseded", 1))),
    ),
    History(
        "Two versions of one moment",
        "Ties go to the later landing.",
        (net(changed("superseded", 1)), net(changed("live", 1))),
    ),
    History(
        "A deletion",
        "A deletion is an instruction; the record that it ends is deleted.",
        (net(changed("deleted", 1)), net(deletion(2))),
    ),
    History(
        "A deletion that lands first",
        "A deletion works by its applicable date-time.",
        (net(deletion(2)), net(changed("deleted", 1))),
    ),
    History(
        "Sent again after a deletion",
        "A later record brings the identifier back to life.",
        (net(changed("superseded", 1)), net(deletion(2)), net(changed("live", 3))),
    ),
    History(
        "A deletion of what was already replaced",
        "Only the last version is deleted, the others are superseded.",
        (net(changed("superseded", 1), changed("deleted", 2)), net(deletion(3))),
    ),
    History(
        "A deletion of nothing",
        "A deletion is a deletion, even if nothing bears its identifier.",
        (net(deletion(2)),),
    ),
    History(
        "A bulk replacement that brings one and not the other",
        "What a scope covers and does not bring again is replaced.",
        (
            bulk(5, sent("superseded", "A"), sent("replaced", "B")),
            bulk(6, sent("live", "A"), sent("live", "C")),
        ),
    ),
    History(
        "Bulk replacements that land out of order",
        "The extract's date-time decides, not the order of landing.",
        (bulk(6, sent("live", "A")), bulk(5, sent("superseded", "A"), sent("replaced", "B"))),
    ),
    History(
        "Bulk replacements of one moment",
        "Ties go to the later landing.",
        (bulk(5, sent("replaced", "A")), bulk(5, sent("live", "B"))),
    ),
    History(
        "An empty bulk replacement",
        "It removes all that it covers.",
        (bulk(5, sent("replaced", "A"), sent("replaced", "B")), bulk(6)),
    ),
    History(
        "A scope of another month",
        "A scope covers records whose activity date lies in its report period.",
        (bulk(5, sent("live", "A")), bulk(6, period=("2004-05-01", "2004-05-31"))),
    ),
    History(
        "The report period's first and last day",
        "Both ends of the report period are inside it.",
        (
            bulk(
                5,
                sent("live", "A", cds_activity_date="2004-04-12"),
                sent("replaced", "B", cds_activity_date="2004-04-13"),
                sent("replaced", "C", cds_activity_date="2004-04-20"),
                sent("live", "D", cds_activity_date="2004-04-21"),
            ),
            bulk(6, period=("2004-04-13", "2004-04-20")),
        ),
    ),
    History(
        "A scope of another bulk group",
        "Finished general episodes are of group 010, unfinished ones of 020.",
        (bulk(5, sent("live", "A")), bulk(6, bulk_group="020")),
    ),
    History(
        "A scope of the unfinished",
        "Record types 180, 190 and 200 are of bulk group 020.",
        (bulk(5, sent("replaced", "A", **UNFINISHED), bulk_group="020"), bulk(6, bulk_group="020")),
    ),
    History(
        "A scope of another prime recipient",
        "A scope covers records of its own sender, prime recipient and bulk group.",
        (bulk(5, sent("live", "A")), bulk(6, prime_recipient="5XZ")),
    ),
    History(
        "A scope of the same recipient under its long code",
        "Codes of five characters that end in 00 lose it.",
        (bulk(5, sent("replaced", "A")), bulk(6, prime_recipient="5XA00")),
    ),
    History(
        "A bulk replacement over net change",
        "A scope covers net-change records that are applicable before its extract.",
        (net(changed("replaced", 4, "A"), changed("live", 6, "B")), bulk(5)),
    ),
    History(
        "A net change after a bulk replacement",
        "The greatest effective time decides, whatever the protocol.",
        (
            bulk(5, sent("superseded", "A"), sent("deleted", "B")),
            net(changed("live", 6), deletion(6, "B")),
        ),
    ),
    History(
        "A net change from before a bulk replacement",
        "The bulk record's effective time is its extract's date-time.",
        (bulk(5, sent("live", "A")), net(changed("superseded", 4), deletion(3))),
    ),
    History(
        "A deletion in a bulk replacement",
        "Under bulk replacement update type and applicable date-time are ignored.",
        (bulk(5, sent("superseded", "A")), bulk(6, sent("live", "A", cds_update_type="1"))),
    ),
    History(
        "A spoilt resubmission in bulk",
        "The scope brought the identifier, if spoilt: the last good version stays live.",
        (bulk(5, sent("live", "A")), bulk(6, sent("quarantined", "A", **SPOILT))),
    ),
    History(
        "A spoilt resubmission, then left out",
        "With several scopes, any one of them that did not bring it will do.",
        (
            bulk(5, sent("replaced", "A")),
            bulk(6, sent("quarantined", "A", **SPOILT)),
            bulk(7),
        ),
    ),
    History(
        "A spoilt resubmission, then a good one",
        "A good version takes its place.",
        (
            bulk(5, sent("superseded", "A")),
            bulk(6, sent("quarantined", "A", **SPOILT)),
            bulk(7, sent("live", "A")),
        ),
    ),
    History(
        "A spoilt change under net change",
        "A quarantined record takes no part: the last good version stays live.",
        (net(changed("live", 1)), net(changed("quarantined", 2, "A", **SPOILT))),
    ),
    History(
        "A record moved out of the period of its scope",
        "The live version is covered by where it says it is, not where it was.",
        (
            bulk(5, sent("superseded", "A")),
            bulk(6, sent("replaced", "A", **OF_MARCH), period=("2004-03-01", "2004-03-31")),
            bulk(7, period=("2004-03-01", "2004-03-31")),
        ),
    ),
    History(
        "Twice in one interchange",
        "The last occurrence stands; the others are quarantined.",
        (net(changed("quarantined", 1), changed("live", 1)),),
    ),
    History(
        "Twice in one interchange, the last one spoilt",
        "The last occurrence stands, whatever its own faults: nothing is live.",
        (bulk(5, sent("quarantined", "A"), sent("quarantined", "A", **SPOILT)),),
    ),
    History(
        "Twice in one interchange at different moments",
        "Under net change they are two versions.",
        (net(changed("live", 2), changed("superseded", 1)),),
    ),
    History(
        "A record and its deletion at one moment",
        "The last occurrence stands.",
        (net(changed("quarantined", 1), deletion(1)),),
    ),
]


@dataclass(frozen=True)
class Spoilt:
    """A record spoilt in one way, and the faults expected: rule and field, none if it is good."""

    title: str
    given: Mapping[str, Cell]
    faults: tuple[tuple[str, str], ...]
    bulk: bool = False


def spoilt(title: str, *faults: str, bulk: bool = False, **given: Cell) -> Spoilt:
    """A quarantine example; a fault is written `E01 admission_date`."""
    pairs = [fault.split(" ") for fault in faults]
    return Spoilt(title, given, tuple((rule, field) for rule, field in pairs), bulk)


QUARANTINE = [
    *(
        spoilt(f"{name} is blank", f"E01 {name}", bulk=False, **{name: ""})
        for name in (
            "cds_unique_identifier",
            "cds_record_type",
            "cds_update_type",
            "cds_applicable_datetime",
            "cds_activity_date",
            "local_patient_identifier",
            "provider_code",
            "provider_spell_number",
            "episode_number",
            "patient_classification",
            "admission_method",
            "admission_date",
            "episode_start_date",
            "episode_end_date",
        )
    ),
    spoilt("an unfinished episode has no end", cds_record_type="190", episode_end_date=""),
    spoilt("blanks are trimmed", "E01 local_patient_identifier", local_patient_identifier="   "),
    spoilt("a good record of a full length identifier", cds_unique_identifier="I" * 35),
    spoilt(
        "an identifier of 36 characters",
        "E02 cds_unique_identifier",
        cds_unique_identifier="J" * 36,
    ),
    spoilt("a spell number of 12 characters", provider_spell_number="S" * 12),
    spoilt(
        "a spell number of 13 characters",
        "E02 provider_spell_number",
        provider_spell_number="T" * 13,
    ),
    spoilt("a provider of 2 characters", "E02 provider_code", provider_code="RX"),
    spoilt("a provider of 6 characters", provider_code="RXA12X"),
    spoilt("a provider of 7 characters", "E02 provider_code", provider_code="RXA123X"),
    spoilt("a provider in small letters", "E02 provider_code", provider_code="rxa"),
    spoilt("a provider's long code", provider_code="RXA00"),
    spoilt("no such day", "E02 birth_date", birth_date="1950-02-30"),
    spoilt("a day of another form", "E02 birth_date", birth_date="19500101"),
    spoilt(
        "no such time", "E02 cds_applicable_datetime", cds_applicable_datetime="2004-05-01T24:00:01"
    ),
    spoilt(
        "a date for a date-time",
        "E02 cds_applicable_datetime",
        cds_applicable_datetime="2004-05-01",
    ),
    spoilt("episode number 0", "E02 episode_number", episode_number="0"),
    spoilt("episode number 1", episode_number="1"),
    spoilt("episode number 87", episode_number="87"),
    spoilt("episode number 88", "E02 episode_number", episode_number="88"),
    spoilt("an episode number that is none", "E02 episode_number", episode_number="1.5"),
    spoilt("days below 0", "E02 critical_care_days", critical_care_days="-1"),
    spoilt("0 days", rehabilitation_days="0"),
    spoilt("days in words", "E02 palliative_care_days", palliative_care_days="two"),
    spoilt("a record type out of its list", "E03 cds_record_type", cds_record_type="170"),
    spoilt("an update type out of its list", "E03 cds_update_type", cds_update_type="8"),
    spoilt(
        "a classification out of its list", "E03 patient_classification", patient_classification="6"
    ),
    spoilt("an admission method out of its list", "E03 admission_method", admission_method="2a"),
    spoilt(
        "an administrative category out of its list",
        "E03 administrative_category",
        administrative_category="99",
    ),
    spoilt("no administrative category", administrative_category=""),
    spoilt(
        "other codes out of their lists",
        source_of_admission="??",
        sex="X",
        discharge_method="Z",
        nhs_number_status="77",
        intended_management="?",
    ),
    spoilt(
        "discharged before admission",
        "E04 discharge_date",
        "E04 episode_end_date",
        discharge_date="2004-04-09",
    ),
    spoilt(
        "ended before it started",
        "E04 episode_end_date",
        episode_start_date="2004-04-12",
        episode_end_date="2004-04-11",
    ),
    spoilt("started before admission", "E04 episode_start_date", episode_start_date="2004-04-09"),
    spoilt("ended after discharge", "E04 episode_end_date", episode_end_date="2004-04-14"),
    spoilt("no discharge date yet", discharge_date="", episode_end_date="2004-04-14"),
    spoilt("born in 1879", "E07 birth_date", birth_date="1879-12-31"),
    spoilt("born on the first day of 1880", birth_date="1880-01-01"),
    spoilt("born on the day of admission", birth_date="2004-04-10"),
    spoilt("born after admission", "E07 birth_date", birth_date="2004-04-11"),
    spoilt(
        "born after the activity",
        "E07 birth_date",
        birth_date="2004-04-08",
        cds_activity_date="2004-04-07",
    ),
    spoilt(
        "several faults at once",
        "E01 provider_code",
        "E03 admission_method",
        "E07 birth_date",
        provider_code="",
        admission_method="00",
        birth_date="1066-10-14",
    ),
    spoilt(
        "a deletion is checked on its first six fields",
        cds_update_type="1",
        provider_code="",
        admission_date="never",
        admission_method="77",
        birth_date="2099-01-01",
        episode_number="0",
    ),
    spoilt(
        "a deletion with a bad activity date",
        "E02 cds_activity_date",
        cds_update_type="1",
        cds_activity_date="April",
    ),
    spoilt(
        "a deletion of an unlisted type",
        "E03 cds_record_type",
        cds_update_type="1",
        cds_record_type="999",
    ),
    spoilt(
        "in bulk, no update type and no applicable date-time",
        bulk=True,
        cds_update_type="?",
        cds_applicable_datetime="never",
    ),
    spoilt("in bulk, the last day of the report period", bulk=True, cds_activity_date="2004-04-30"),
    spoilt(
        "in bulk, before the report period",
        "E06 cds_activity_date",
        bulk=True,
        cds_activity_date="2004-03-31",
    ),
    spoilt(
        "in bulk, after the report period",
        "E06 cds_activity_date",
        bulk=True,
        cds_activity_date="2004-05-01",
    ),
    spoilt("in bulk, of another group", "E06 cds_record_type", bulk=True, cds_record_type="190"),
    spoilt(
        "in bulk, a type out of its list is that alone",
        "E03 cds_record_type",
        bulk=True,
        cds_record_type="170",
    ),
    spoilt(
        "in bulk, a deletion is none: it is checked in full",
        "E01 provider_code",
        bulk=True,
        cds_update_type="1",
        provider_code="",
    ),
]
