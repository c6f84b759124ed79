"""What a person is asked before a month's statements are sent, and told afterwards."""

import hashlib
import sqlite3
from collections import Counter
from dataclasses import dataclass

from transforms import package
from transforms.delivery import approvals, books, outbox, published, recipients
from transforms.delivery.published import Month, Revision
from transforms.periods import Period
from transforms.site import Site


@dataclass(frozen=True)
class Question:
    """What a person is asked to approve; the body is Markdown, without patient data."""

    subject: str
    body: str


@dataclass(frozen=True)
class Summary:
    """How far a month's delivery has come; `settled` if nothing of it waits for a person."""

    text: str
    settled: bool


def practices_of(site: Site, commissioner: str, period: Period) -> list[str]:
    """The practices with a statement of a period."""
    return list(published.month(site, commissioner, period).practices)


def fingerprint(site: Site, commissioner: str, period: Period) -> str:
    """A SHA-256 of all that an approval is of: packages, documents, recipients."""
    files = [
        revision.folder / name
        for revision in published.month(site, commissioner, period).revisions
        for name in (package.MANIFEST_FILE, package.DOCUMENTS_FILE)
    ]
    files.append(site.reference / recipients.FILE)
    digests = [
        hashlib.sha256(file.read_bytes()).hexdigest() if file.exists() else "none" for file in files
    ]
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()


def question(site: Site, commissioner: str, period: Period) -> Question:
    """The question whether a month's statements may be sent."""
    month = published.month(site, commissioner, period)
    rows, day = recipients.read(site), books.day(books.now())
    allowed = site.config.delivery.allowed_domains
    going = {
        code: [
            each.email
            for each in recipients.standing(rows.get(code, ()), allowed, day)
            if each.barred is None
        ]
        for code in month.practices
    }
    with books.open_books(site, commissioner) as connection:
        waiting = [code for code in going if not _all_left(connection, month, code, going[code])]
        marked = [
            code
            for code in going
            if books.how_marked(connection, month.statement_number(code)) is not None
        ]
    name = site.commissioner(commissioner).name
    lines = []
    for revision in month.revisions:
        touched = [
            code
            for code in month.practices
            if month.revision_of(code) is revision
            and code not in marked
            and (revision is month.last or code in waiting)
        ]
        if touched or revision is month.last:
            reached = sum(len(going[code]) for code in touched)
            lines += [
                f"{_counted(len(touched), 'statement')} of **{period}**, revision "
                f"{revision.number}, of {name}, to {_counted(reached, 'recipient')}.",
                *([] if revision is month.last else ["They were not sent before it was revised."]),
                "",
                f"The control report is in `{revision.folder}`.",
                "",
                *_gates(revision),
                "",
            ]
    if marked:
        lines.append(f"Marked as issued, so not sent: {', '.join(marked)}.")
    nobody = [code for code in month.practices if not going[code] and code not in marked]
    if nobody:
        lines.append(f"Nobody may be sent the statement of {', '.join(nobody)}.")
    return Question(
        f"Send the statements of {period} of {commissioner}?", "\n".join(lines).rstrip()
    )


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _all_left(
    connection: sqlite3.Connection, month: Month, practice: str, addresses: list[str]
) -> bool:
    """Whether each recipient of a practice's statement was sent it, or may have been."""
    messages = outbox.of_statement(connection, month.statement_number(practice))
    left = {each.recipient for each in messages if each.has_left}
    return bool(left) and left.issuperset(addresses)


def _gates(revision: Revision) -> list[str]:
    gates = package.read_run(revision.folder).gates
    return [
        "Gates: " + (", ".join(f"{gate.gate} {gate.status}" for gate in gates) or "none ran") + ".",
        *(
            f"- {gate.gate}: {check.name}: {check.observed}, expected {check.expected}"
            for gate in gates
            for check in gate.checks
            if not check.passed
        ),
    ]


def summary(site: Site, commissioner: str, period: Period) -> Summary:
    """How far the month's statements have come: how many are approved, which message is where."""
    month = published.month(site, commissioner, period)
    rows, day = recipients.read(site), books.day(books.now())
    allowed = site.config.delivery.allowed_domains
    told: Counter[str] = Counter()
    with books.open_books(site, commissioner) as connection:
        for practice in month.practices:
            number = month.statement_number(practice)
            decided = approvals.latest(connection, number)
            messages = outbox.of_statement(connection, number)
            told.update("withdrawn" if each.withdrawn else each.state for each in messages)
            if decided is not None:
                told[decided.decision] += 1
            if books.how_marked(connection, number) is not None:
                told[_MARKED] += 1
                continue
            if decided is not None and decided.decision == "rejected":
                continue
            # A statement that nobody rejected and of which there is no message was refused, and so
            # was an address that is a recipient today and may not be sent to.
            told[_REFUSED] += not messages
            told[_BARRED] += sum(
                each.barred is not None and not each.by_date
                for each in recipients.standing(rows.get(practice, ()), allowed, day)
            )
    parts = [f"{told[what]} {what}" for what in _TOLD if told[what]]
    return Summary(
        f"{period} of {commissioner}, revision {month.last.number}: "
        f"{', '.join(parts) or 'nothing'}.",
        not any(told[what] for what in _OPEN),
    )


_MARKED = "marked as issued"
_REFUSED = "without a message (see 'pbc audit')"
_BARRED = "addresses that may not be sent to (see 'pbc audit')"
_TOLD = (
    "approved",
    "rejected",
    _MARKED,
    "queued",
    "sending",
    "sent",
    "failed",
    "unknown",
    "withdrawn",
    _REFUSED,
    _BARRED,
)
_OPEN = ("queued", "sending", "failed", "unknown", _REFUSED, _BARRED)
