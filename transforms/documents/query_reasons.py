"""The reasons for which a practice can query a charge: the workbook's drop-down, in this order."""

QUERY_REASONS = (
    "not our patient",
    "patient had moved",
    "duplicate",
    "not admitted on these dates",
    "wrong point of delivery",
    "wrong HRG or procedure",
    "length of stay wrong",
    "private patient",
    "specialised service",
    "deceased before admission",
    "other",
)
