"""Text of users and feeds on its way into spreadsheets: as text, never as a formula.

Source: OWASP, "CSV Injection": a cell that begins with one of these characters may be run as a
formula by a spreadsheet that opens the file.
"""

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
# XML 1.0 cannot hold control characters, nor these two at the end of the first plane.
_NOT_XML = dict.fromkeys(
    ({*range(0x20)} - {*map(ord, "\t\n\r")}) | {0xFFFE, 0xFFFF}, "\N{REPLACEMENT CHARACTER}"
)


def looks_like_formula(text: str) -> bool:
    """Whether a spreadsheet might take the text for a formula."""
    return text.startswith(_FORMULA_STARTS)


def csv_text(text: str) -> str:
    """Text for a text column of a CSV file; an apostrophe before what might be a formula."""
    return f"'{text}" if looks_like_formula(text) else text


def cell_text(text: str) -> str:
    """Text for a cell of a workbook: whole, but for characters that no workbook can hold."""
    # Nearly all text is printable, and asking is ten times as fast as translating.
    return text if text.isprintable() else text.translate(_NOT_XML)
