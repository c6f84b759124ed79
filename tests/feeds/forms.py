"""The same rows in the other forms of a feed: the flat file, SUS extracts, grouper results.

Made by hand from the published layouts, apart from the readers' own layout data, so that a wrong
place in the one is seen by the other. Everything written here is synthetic.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tests.site_builder import COMMISSIONER, PROVIDER, Row, csv_text, days_after

# First character (from 1) and length of the fields of lines 01 and 05.
HEADER_PLACES = {
    "cds_record_type": (44, 3),
    "cds_unique_identifier": (53, 35),
    "cds_update_type": (88, 1),
    "local_patient_identifier": (321, 10),
    "nhs_number_status": (343, 2),
    "nhs_number": (345, 10),
    "postcode": (1035, 8),
    "residence_commissioner": (1043, 12),
    "sex": (1055, 1),
    "commissioning_serial_number": (1068, 6),
    "provider_code": (1118, 12),
    "commissioner_code": (1130, 12),
    "gmp_code": (1150, 8),
    "gp_practice_code": (1158, 12),
    "referrer_code": (1170, 8),
    "consultant_code": (1191, 8),
    "main_specialty": (1199, 3),
    "treatment_function": (1202, 3),
}
HEADER_DATES = {"cds_activity_date": (141, 8), "birth_date": (358, 8)}
CARE_PLACES = {
    "provider_spell_number": (38, 12),
    "administrative_category": (50, 2),
    "patient_classification": (52, 1),
    "admission_method": (53, 2),
    "source_of_admission": (55, 2),
    "discharge_destination": (106, 2),
    "discharge_method": (108, 1),
    "episode_number": (159, 2),
    "last_episode_in_spell": (161, 1),
    "rehabilitation_days": (199, 3),
    "palliative_care_days": (202, 3),
    "intended_management": (294, 1),
}
CARE_DATES = {
    "admission_date": (57, 8),
    "discharge_date": (117, 8),
    "episode_start_date": (166, 8),
    "episode_end_date": (180, 8),
}

SUS_COLUMNS = {
    "cds_record_type": "CDS type",
    "cds_unique_identifier": "Unique CDS identifier",
    "cds_update_type": "Update type",
    "cds_applicable_datetime": "Applicable date/time",
    "cds_activity_date": "CDS Activity Date",
    "nhs_number": "NHS Number",
    "nhs_number_status": "NHS Number Trace Status",
    "local_patient_identifier": "Local Patient Identifier",
    "birth_date": "Date of Birth",
    "sex": "Sex",
    "postcode": "Postcode",
    "residence_commissioner": "PCT of Residence",
    "gp_practice_code": "Practice Code of Registered GP",
    "gmp_code": "General Medical Practitioner Code of Registered GMP",
    "referrer_code": "Referrer Code",
    "provider_code": "Organisation Code Code of Provider",
    "commissioner_code": "Organisation Code Code of Commissioner",
    "commissioning_serial_number": "Commissioning Serial Number",
    "provider_spell_number": "Hospital Provider Spell Number",
    "episode_number": "Episode Number",
    "last_episode_in_spell": "Last Episode In Spell Indicator",
    "patient_classification": "Patient Classification",
    "administrative_category": "Administrative Category",
    "admission_method": "Admission Method (Hospital Provider Spell)",
    "source_of_admission": "Source of Admission (Hospital Provider Spell)",
    "admission_date": "Start Date (Hospital Provider Spell)",
    "discharge_date": "Discharge Date (From Hospital Provider Spell)",
    "discharge_method": "Discharge Method (Hospital Provider Spell)",
    "discharge_destination": "Discharge Destination (Hospital Provider Spell)",
    "episode_start_date": "Start Date (Consultant Episode)",
    "episode_end_date": "End Date (Consultant Episode)",
    "intended_management": "Intended Management",
    "main_specialty": "Main Specialty Code",
    "treatment_function": "Treatment Function Code",
    "consultant_code": "Consultant Code",
    "hrg_code": "FCE HRG",
    "hrg_version": "Episode HRG Version Number",
    "spell_hrg_code": "Spell Core HRG",
    "rehabilitation_days": "Length Of Stay Adjustment (Rehabilitation)",
    "palliative_care_days": "Length Of Stay Adjustment (Specialist Palliative Care)",
}
SUS_NAMED_CODES = {
    "primary_diagnosis": "Primary Diagnosis (ICD)",
    "primary_procedure": "Primary Procedure (OPCS)",
    "critical_care_days": "Critical Care Days",
}
FULL_WIDTH = 1249


@dataclass(frozen=True)
class Sent:
    """How a record was sent: under net change unless it has a bulk group and a period."""

    sender: str = PROVIDER
    prime_recipient: str = COMMISSIONER
    protocol: str = "010"
    bulk_group: str = ""
    period_start: str = ""
    period_end: str = ""
    extract_datetime: str = "2004-05-05T06:00:00"
    interchange_id: str = ""


NET_CHANGE = Sent()


def digits(text: str) -> str:
    """Returns a date or date-time without its marks; what is neither, as it is."""
    return "".join(filter(str.isdigit, text)) if text[:2].isdigit() else text


def placed(fields: Mapping[int, tuple[int, str]]) -> str:
    """Returns a line with texts at their places (from 1), each with its length."""
    line = ""
    for start, (length, text) in sorted(fields.items()):
        line = line.ljust(start - 1) + text[:length].ljust(length)
    return line


def flat_lines(row: Row, connection: str, sent: Sent = NET_CHANGE) -> list[str]:
    """Returns a record's lines of the flat form, padded; those with nothing to say are left out."""
    begin = {3: (35, connection)}
    header = {
        1: (2, "01"),
        **begin,
        38: (6, "NHS6-2"),
        47: (3, sent.bulk_group),
        50: (3, sent.protocol),
        89: (14, digits(row["cds_applicable_datetime"])),
        103: (14, digits(sent.extract_datetime)),
        117: (8, digits(sent.period_start)),
        125: (8, digits(sent.period_end)),
        149: (12, sent.sender),
        161: (12, sent.prime_recipient),
    }
    header |= {at: (length, row[name]) for name, (at, length) in HEADER_PLACES.items()}
    header |= {at: (length, digits(row[name])) for name, (at, length) in HEADER_DATES.items()}
    lines = [placed(header)]
    for line_type, name, width in (("02", "diagnosis", 7), ("03", "procedure", 42)):
        plural = {"diagnosis": "diagnoses", "procedure": "procedures"}[name]
        codes = [row[f"primary_{name}"], *filter(None, row[f"secondary_{plural}"].split(";"))]
        for count, first in enumerate(range(0, len(codes), 50), start=1):
            repeats = "".join(code.ljust(width) for code in codes[first : first + 50])
            if repeats.strip():
                start = {1: (2, line_type), **begin, 38: (3, f"{count:03d}"), 41: (2, "02")}
                lines.append(placed(start | {43: (len(repeats), repeats)}))
    care = {1: (2, "05"), **begin}
    care |= {at: (length, row[name]) for name, (at, length) in CARE_PLACES.items()}
    care |= {at: (length, digits(row[name])) for name, (at, length) in CARE_DATES.items()}
    lines.append(placed(care))
    if row["critical_care_days"]:
        start, discharge = critical_care_period(row)
        period = {1: (2, "06"), **begin, 38: (3, "001"), 51: (8, digits(start))}
        lines.append(placed(period | {112: (8, digits(discharge))}))
    return lines


def critical_care_period(row: Row) -> tuple[str, str]:
    """Returns the dates of one period of critical care, from the episode's start on."""
    start = row["episode_start_date"]
    return start, days_after(start, int(row["critical_care_days"]))


def flat_file(
    rows: Iterable[Row], sent: Sent = NET_CHANGE, *, padded: bool = False, line_end: str = "\n"
) -> bytes:
    """Returns rows as a flat file, lines padded or cut off after their last filled field."""
    lines = [
        line if padded else line.rstrip()
        for number, row in enumerate(rows)
        for line in flat_lines(row, f"CONNECTION{number:06d}", sent)
    ]
    return "".join(line + line_end for line in lines).encode()


def sus_rows(rows: Iterable[Row], sent: Sent = NET_CHANGE) -> list[Row]:
    """Returns rows under the column names of a SUS extract shorter than the full one."""
    return [
        {column: row[name] for name, column in (SUS_COLUMNS | SUS_NAMED_CODES).items()}
        | {
            f"Secondary {kind.title()} {number} ({scheme})": code
            for kind, plural, scheme in (
                ("diagnosis", "diagnoses", "ICD"),
                ("procedure", "procedures", "OPCS"),
            )
            for number, code in enumerate(
                (row[f"secondary_{plural}"].split(";") + [""] * 3)[:3], start=1
            )
        }
        | {
            "Generated Record Identifier": str(1000 + number),
            "Protocol identifier": sent.protocol,
            "Bulk replacement CDS group": sent.bulk_group,
            "Extract date/time": sent.extract_datetime,
            "Report period Start Date": sent.period_start,
            "Report period End Date": sent.period_end,
            "Organisation code: Sender of transaction": sent.sender,
            "CDS Interchange ID": sent.interchange_id,
            "Prime Recipient": sent.prime_recipient,
        }
        for number, row in enumerate(rows)
    ]


def csv_file(rows: list[Row], columns: Iterable[str] | None = None) -> bytes:
    """Returns rows as CSV with one header row."""
    names = list(columns or rows[0])
    return csv_text([names, *([row[name] for name in names] for row in rows)]).encode()


def full_sus_file(rows: Iterable[Row], sent: Sent = NET_CHANGE) -> bytes:
    """Returns rows as a full SUS extract: codes and critical care at their fixed places."""
    source = list(rows)
    named = [
        {name: text for name, text in row.items() if name not in NOT_IN_FULL}
        for row in sus_rows(source, sent)
    ]
    lines = []
    for row, short in zip(source, named, strict=True):
        cells = [""] * FULL_WIDTH
        for place, text in zip(free_places(), short.values(), strict=False):
            cells[place] = text
        for name, first, width in (("diagnosis", 101, 2), ("procedure", 175, 6)):
            plural = {"diagnosis": "diagnoses", "procedure": "procedures"}[name]
            codes = [row[f"primary_{name}"], *row[f"secondary_{plural}"].split(";")]
            for number, code in enumerate(codes):
                cells[first + width * number] = code
        if row["critical_care_days"]:
            cells[979 + 1], cells[979 + 13] = critical_care_period(row)
        lines.append(cells)
    header = [""] * FULL_WIDTH
    for place, name in zip(free_places(), named[0], strict=False):
        header[place] = name
    return csv_text([header, *lines]).encode()


NOT_IN_FULL = {
    *SUS_NAMED_CODES.values(),
    *(f"Secondary Diagnosis {number} (ICD)" for number in (1, 2, 3)),
    *(f"Secondary Procedure {number} (OPCS)" for number in (1, 2, 3)),
}


def free_places() -> list[int]:
    """The columns of a full extract that stand outside its repeating blocks."""
    return [*range(101), *range(149, 175), *range(319, 979)]


def grouper_file(rows: Iterable[Row]) -> bytes:
    """Returns what the grouper says of rows, under its own names in an order of their own."""
    return csv_file(
        [
            {
                "SpellHRG": row["spell_hrg_code"],
                "provspno": row["provider_spell_number"],
                "CLASSPAT": row["patient_classification"],
                "Procodet": row["provider_code"],
                "FCE_HRG": row["hrg_code"],
                "EPIORDER": row["episode_number"],
            }
            for row in rows
        ]
    )
