"""Who may get a practice's statement: reference/recipients.csv, and the allowed domains."""

import csv
import datetime
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from transforms.errors import UsageError
from transforms.site import Site

FILE = "recipients.csv"
COLUMNS = ("practice_code", "email", "role", "valid_from", "valid_to")

# One mailbox and nothing else: no display name, no list, no line break, nothing beyond ASCII, and
# no % or !, by which old mail servers were told to pass a message on to another.
_ADDRESS = re.compile(
    r"(?=[^@]{1,64}@)[A-Za-z0-9][A-Za-z0-9#$&'*+/=?^_`{|}~-]*"
    r"(?:\.[A-Za-z0-9#$&'*+/=?^_`{|}~-]+)*@"
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)
_PRACTICE = re.compile(r"[0-9A-Z]{3,6}")


@dataclass(frozen=True, order=True)
class Recipient:
    """A row of recipients.csv: an address, lower case, and the days on which it is one."""

    email: str
    role: str
    valid_from: datetime.date | None
    valid_to: datetime.date | None

    @property
    def domain(self) -> str:
        return self.email.rpartition("@")[2]


def is_address(text: str) -> bool:
    """Whether a text is one plain address and nothing else."""
    return _ADDRESS.fullmatch(text) is not None


def read(site: Site) -> dict[str, tuple[Recipient, ...]]:
    """The recipients of each practice, sorted by address.

    Raises UsageError naming file, line and field where the file is not what it must be: nothing is
    sent by a list that is wrong somewhere.
    """
    path = site.reference / FILE
    found: defaultdict[str, list[Recipient]] = defaultdict(list)
    if not path.exists():
        return {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, strict=True)
            if tuple(rows.fieldnames or ()) != COLUMNS:
                raise UsageError(
                    f"{path}: its columns are {', '.join(rows.fieldnames or ()) or 'none'}, not "
                    f"{', '.join(COLUMNS)}."
                )
            for row in rows:
                code, recipient = _recipient(row, f"{path} line {rows.line_num}")
                found[code].append(recipient)
    except (csv.Error, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read as CSV in UTF-8: {error}.") from error
    return {code: tuple(sorted(each, key=_order)) for code, each in found.items()}


def _order(recipient: Recipient) -> tuple[str, ...]:
    return (
        recipient.email,
        str(recipient.valid_from or ""),
        str(recipient.valid_to or ""),
        recipient.role,
    )


def _recipient(row: Mapping[str | None, str | None], where: str) -> tuple[str, Recipient]:
    if None in row or None in row.values():
        raise UsageError(f"{where} has more or fewer than the {len(COLUMNS)} fields of its header.")
    field = {str(name): (value or "").strip() for name, value in row.items()}
    if not _PRACTICE.fullmatch(field["practice_code"]):
        raise UsageError(f"{where}: practice_code is no code of 3 to 6 capitals and digits.")
    if not is_address(field["email"]):
        raise UsageError(f"{where}: email is not one plain address, such as name@nhs.net.")
    starts, ends = (_day(field[name], name, where) for name in ("valid_from", "valid_to"))
    if starts and ends and ends < starts:
        raise UsageError(f"{where}: valid_to is before valid_from.")
    return field["practice_code"], Recipient(field["email"].lower(), field["role"], starts, ends)


def _day(text: str, name: str, where: str) -> datetime.date | None:
    if not text:
        return None
    try:
        return datetime.datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=datetime.UTC).date()
    except ValueError:
        raise UsageError(f"{where}: {name} is not a date written YYYY-MM-DD.") from None


@dataclass(frozen=True)
class Standing:
    """Where a recipient stands on a day: `barred` says why nothing may be sent, None if it may.

    `by_date` marks one who was a recipient, or will be: nothing is wrong, nothing is sent.
    """

    email: str
    barred: str | None
    by_date: bool = False


def standing(
    rows: tuple[Recipient, ...], allowed: Mapping[str, datetime.date], day: datetime.date
) -> list[Standing]:
    """Each address of a practice once, by address: may it be sent to on a day, and if not why."""
    addresses: defaultdict[str, list[Recipient]] = defaultdict(list)
    for row in rows:
        addresses[row.email].append(row)
    return [_standing(email, each, allowed, day) for email, each in addresses.items()]


def _standing(
    email: str, rows: list[Recipient], allowed: Mapping[str, datetime.date], day: datetime.date
) -> Standing:
    if not any(_is_valid(row, day) for row in rows):
        ended = [row.valid_to for row in rows if row.valid_to and row.valid_to < day]
        if len(ended) == len(rows):
            return Standing(email, f"was a recipient until {max(ended)}", by_date=True)
        begins = min(row.valid_from for row in rows if row.valid_from and row.valid_from > day)
        return Standing(email, f"is a recipient from {begins} on", by_date=True)
    domain = rows[0].domain
    checked = {name.lower(): on for name, on in allowed.items()}.get(domain)
    if checked is None:
        return Standing(
            email,
            f"gets nothing: {domain} is not among the domains that may receive patient data "
            "(delivery.allowed_domains in site.toml)",
        )
    if checked > day:
        return Standing(
            email,
            f"gets nothing: delivery.allowed_domains in site.toml has {domain} as checked on "
            f"{checked}, which is yet to come",
        )
    return Standing(email, None)


def _is_valid(row: Recipient, day: datetime.date) -> bool:
    return (row.valid_from is None or row.valid_from <= day) and (
        row.valid_to is None or day <= row.valid_to
    )


def nobody(practice: str, day: datetime.date) -> str:
    """What is said where a practice's statement has nowhere to go."""
    return f"Nobody may be sent the statement of {practice} on {day} (reference/{FILE})."
