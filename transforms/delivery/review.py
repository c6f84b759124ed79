"""What a person is asked before a month's statements are sent, and told afterwards."""

import hashlib
from dataclasses import dataclass

from transforms import package
from transforms.delivery import approvals, books, outbox, published, recipients
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
    """The practices with a statement in a period's last revision."""
    return list(published.latest(site, commissioner, period).manifest.practices)


def fingerprint(site: Site, commissioner: str, period: Period) -> str:
    """A SHA-256 of all that an approval is of: packages, documents, recipients."""
    revision = published.latest(site, commissioner, period)
    files = [
        revision.folder / package.MANIFEST_FILE,
        revision.folder / package.DOCUMENTS_FILE,
        site.reference / recipients.FILE,
    ]
    digests = [
        hashlib.sha256(file.read_bytes()).hexdigest() if file.exists() else "none" for file in files
    ]
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()


def question(site: Site, commissioner: str, period: Period) -> Question:
    """The question whether a month's statements may be sent."""
    revision = published.latest(site, commissioner, period)
    rows, day = recipients.read(site), books.now().date()
    practices = revision.manifest.practices
    allowed = site.config.delivery.allowed_domains
    going = {
        code: [
            each
            for each in recipients.standing(rows.get(code, ()), allowed, day)
            if each.barred is None
        ]
        for code in practices
    }
    gates = package.read_run(revision.folder).gates
    failed = [
        f"- {gate.gate}: {check.name}: {check.observed}, expected {check.expected}"
        for gate in gates
        for check in gate.checks
        if not check.passed
    ]
    nobody = [code for code in practices if not going[code]]
    name = site.commissioner(commissioner).name
    lines = [
        f"{len(practices)} statements of **{period}**, revision {revision.number}, of {name}, to "
        f"{sum(map(len, going.values()))} recipients.",
        "",
        f"The control report is in `{revision.folder}`.",
        "",
        "Gates: " + (", ".join(f"{gate.gate} {gate.status}" for gate in gates) or "none ran") + ".",
        *failed,
    ]
    if nobody:
        lines += ["", f"Nobody may be sent the statement of {', '.join(nobody)}."]
    return Question(f"Send the statements of {period} of {commissioner}?", "\n".join(lines))


def summary(site: Site, commissioner: str, period: Period) -> Summary:
    """How many messages of a month's last revision stand where."""
    revision = published.latest(site, commissioner, period)
    tally = books.tally(site, commissioner, period, revision.number)
    with books.open_books(site, commissioner) as connection:
        decided = [
            (
                approvals.latest(connection, revision.statement_number(code)),
                outbox.of_statement(connection, revision.statement_number(code)),
            )
            for code in revision.manifest.practices
        ]
    rejected = sum(each is not None and each.decision == "rejected" for each, _ in decided)
    # A statement that nobody rejected and of which there is no message was refused.
    stopped = sum(
        not messages and (each is None or each.decision == "approved") for each, messages in decided
    )
    parts = [f"{number} {state}" for state, number in tally.items()]
    if rejected:
        parts.append(f"{rejected} rejected")
    if stopped:
        parts.append(f"{stopped} without a message (see 'pbc audit')")
    open_ = sum(tally.get(state, 0) for state in ("queued", "sending", "failed", "unknown"))
    return Summary(
        f"{period} of {commissioner}, revision {revision.number}: {', '.join(parts) or 'nothing'}.",
        not open_ and not stopped,
    )
