"""The columns of the detail file: their order, headings, kinds and explanations, for XLSX and CSV.

The names are those of charges.parquet; `query` and `comment` are the practice's own and blank.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "whole", "money", "date", "month"]


@dataclass(frozen=True)
class Column:
    """A column of the detail file: `width` in characters, `text` sentence for the Notes sheet."""

    name: str
    title: str
    kind: Kind
    width: int
    text: str


_IDENTIFICATION = (
    Column(
        "nhs_number",
        "NHS number",
        "text",
        13,
        "As the hospital submitted it; blank where it gave none.",
    ),
    Column(
        "local_patient_identifier",
        "Local patient identifier",
        "text",
        15,
        "The hospital's own number for the patient.",
    ),
    Column(
        "birth_date",
        "Date of birth",
        "date",
        12,
        "To check the patient by, above all where the NHS number is missing.",
    ),
    Column("sex", "Sex", "text", 8, "As submitted."),
    Column("age", "Age", "whole", 6, "Whole years on the day of admission."),
    Column("provider_code", "Provider code", "text", 10, "National code of the hospital trust."),
    Column("provider_name", "Provider", "text", 28, "Name of the hospital trust."),
    Column(
        "provider_spell_number",
        "Spell number",
        "text",
        14,
        "The hospital's own number for the stay; quote it when you ask the hospital.",
    ),
    Column("admission_date", "Admission date", "date", 12, "First day of the stay."),
    Column("discharge_date", "Discharge date", "date", 12, "Last day of the stay."),
    Column(
        "length_of_stay",
        "Length of stay",
        "whole",
        8,
        "Discharge date less admission date, in days.",
    ),
    Column(
        "adjusted_length_of_stay",
        "Adjusted length of stay",
        "whole",
        9,
        "Length of stay less days of critical care, rehabilitation and palliative care, which the "
        "tariff does not cover; excess days and short stays are judged by it.",
    ),
    Column(
        "pod",
        "Point of delivery",
        "text",
        18,
        "Elective inpatient, day case or non-elective; regular attenders are not charged.",
    ),
    Column(
        "admission_method_name", "Admission method", "text", 26, "How the patient was admitted."
    ),
    Column(
        "main_specialty_name", "Specialty", "text", 22, "Main specialty of the first consultant."
    ),
    Column("consultant_code", "Consultant", "text", 11, "National code of the consultant."),
    Column("primary_diagnosis", "Primary diagnosis", "text", 10, "ICD-10 code."),
    Column("primary_procedure", "Primary procedure", "text", 10, "OPCS-4 code; blank if none."),
    Column(
        "hrg_code",
        "HRG",
        "text",
        8,
        "Healthcare resource group: what the tariff prices the stay by.",
    ),
    Column("hrg_name", "HRG name", "text", 34, "The group's name in the tariff."),
    Column(
        "price_status",
        "Price status",
        "text",
        11,
        "priced: by the national tariff; local: by a local price; excluded: outside the tariff; "
        "ungrouped: the record has no usable HRG; no_tariff: nothing prices its HRG.",
    ),
)

_MONEY = (
    Column(
        "tariff_edition",
        "Tariff edition",
        "text",
        14,
        "The edition of the tariff that was applied.",
    ),
    Column(
        "base_price",
        "Base price £",
        "money",
        12,
        "The tariff's price for HRG and point of delivery.",
    ),
    Column(
        "short_stay_adjustment",
        "Short stay £",
        "money",
        12,
        "Reduction for an emergency stay of under two nights, where the tariff has one.",
    ),
    Column(
        "excess_days",
        "Excess days",
        "whole",
        8,
        "Days of adjusted length of stay beyond the HRG's trim point.",
    ),
    Column(
        "excess_day_payment",
        "Excess days £",
        "money",
        12,
        "Excess days at the tariff's daily rate.",
    ),
    Column(
        "top_up_service", "Top-up service", "text", 16, "Specialised service that earns a top-up."
    ),
    Column("top_up_payment", "Top-up £", "money", 11, "The top-up's amount."),
    Column(
        "market_forces_payment",
        "Market forces £",
        "money",
        12,
        "Adjustment for the local cost of staff, land and buildings, where the price bears it.",
    ),
    Column(
        "total_price", "Total £", "money", 12, "The sum of the five amounts; minus for a credit."
    ),
)

_ATTRIBUTION = (
    Column(
        "attribution_basis",
        "Attribution basis",
        "text",
        24,
        "What made it yours: the registered list, or else the practice or the GP that the "
        "hospital named.",
    ),
    Column("attribution_reason", "Why it is yours", "text", 44, "The same in a sentence."),
    Column(
        "submitted_practice_code",
        "Practice as submitted",
        "text",
        12,
        "The practice that the hospital named.",
    ),
)

_PRACTICE = (
    Column("query", "Query", "text", 26, "Yours: choose a reason to question the charge."),
    Column("comment", "Comment", "text", 40, "Yours: whatever helps us to look into it."),
)

CHARGE_COLUMNS: tuple[Column, ...] = (
    Column(
        "charge_reference",
        "Charge reference",
        "text",
        24,
        "Identifies the posting, and nobody else; use it in letters and e-mails.",
    ),
    Column("kind", "Kind", "text", 9, "charge, or credit: a charge taken back."),
    Column(
        "reason",
        "Reason",
        "text",
        11,
        "new: of this month; late: arrived late for an earlier month; amended: the hospital "
        "corrected it; repriced: a new tariff edition; moved: to or from another practice; "
        "restored: came back after a withdrawal; withdrawn: taken back.",
    ),
    Column(
        "activity_month", "Month", "month", 10, "Month of discharge, which the charge belongs to."
    ),
    *_IDENTIFICATION,
    *_MONEY,
    *_ATTRIBUTION,
    *_PRACTICE,
)
"""Sheets Charges and Year to date, and the CSV."""

NOT_CHARGED_COLUMNS: tuple[Column, ...] = (
    Column(
        "not_charged_reason",
        "Why not charged",
        "text",
        34,
        "Excluded, ungrouped, not priced, or still in hospital.",
    ),
    Column("activity_month", "Month", "month", 10, "Month of discharge; blank while in hospital."),
    *_IDENTIFICATION,
    *_ATTRIBUTION,
    *_PRACTICE,
)
"""Sheet Not charged."""
