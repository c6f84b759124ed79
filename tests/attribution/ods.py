"""The files of the Organisation Data Service, written as they come."""

import csv
from collections.abc import Iterable
from pathlib import Path


def practice_row(code: str, name: str, opened: str = "19740401", closed: str = "") -> list[str]:
    """A row of epraccur: 27 columns. Synthetic."""
    row = [""] * 27
    row[0:3] = [code, name, "Y39"]
    row[4:6] = ["1 EXAMPLE STREET", "EXAMPLETON"]
    row[9:14] = ["EX9 9ZZ", opened, closed, "C" if closed else "A", "B"]
    row[14:17] = ["5XA", "19900401", ""]
    row[25] = "4"
    return row


def member_row(code: str, parent: str, joined: str, left: str = "") -> list[str]:
    """A row of epcmem: 6 columns. Synthetic."""
    return [code, parent, "W", joined, left, "0"]


def write_ods(path: Path, rows: Iterable[Iterable[str]]) -> None:
    """Writes rows as the service does: no header, every field quoted, lines that end in CRLF."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(rows)
