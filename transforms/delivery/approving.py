"""Approving a period's statements as they are, or rejecting them: by a person, or by the gates."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from transforms import package
from transforms.delivery import approvals, audit, books, outbox, published, recipients
from transforms.delivery.approvals import How
from transforms.delivery.books import Clock, transaction
from transforms.delivery.refusals import Refusal
from transforms.gate_figures import GATES
from transforms.periods import Period
from transforms.site import SITE_FILE, Site


@dataclass(frozen=True)
class Decided:
    """What came of approving a practice's statement, and to whom it would go."""

    practice: str
    statement_number: str
    outcome: Literal["approved", "already approved", "rejected", "refused"]
    reason: str = ""
    recipients: tuple[str, ...] = ()


def approve(
    site: Site,
    commissioner: str,
    period: Period,
    practices: Sequence[str] | None = None,
    *,
    who: str | None = None,
    how: How = "command line",
    clock: Clock = books.now,
) -> list[Decided]:
    """Approve a period's latest statements, of all practices or some.

    A statement whose files are not in order, or that nobody could be sent, is refused. Raises
    UsageError where there is nothing to approve, or a practice has no statement.
    """
    month = published.month(site, commissioner, period)
    rows = recipients.read(site)
    person = who or audit.this_user()
    found = []
    with books.open_books(site, commissioner) as connection:
        for practice in month.chosen(practices):
            revision = month.revision_of(practice)
            number = revision.statement_number(practice)
            listed = rows.get(practice, ())
            at = clock()
            day = books.day(at)
            addresses = tuple(
                each.email
                for each in recipients.standing(listed, site.config.delivery.allowed_domains, day)
                if each.barred is None
            )
            try:
                content = published.read(revision, practice)
                if not addresses:
                    raise Refusal(recipients.nobody(practice, day))
            except Refusal as refusal:
                audit.refused(connection, at, person, number, practice, "", str(refusal))
                found.append(Decided(practice, number, "refused", str(refusal), addresses))
                continue
            with transaction(connection):
                news = approvals.decide(
                    connection,
                    revision,
                    practice,
                    "approved",
                    contents=content.sha256,
                    rows=listed,
                    at=at,
                    who=person,
                    how=how,
                )
            found.append(
                Decided(
                    practice,
                    number,
                    "approved" if news else "already approved",
                    recipients=addresses,
                )
            )
    return found


def reject(
    site: Site,
    commissioner: str,
    period: Period,
    practices: Sequence[str] | None = None,
    *,
    who: str | None = None,
    how: How = "command line",
    clock: Clock = books.now,
) -> list[Decided]:
    """Reject a period's latest statements: they are not sent unless approved later.

    Messages of them that never left are taken back. What has left the house already cannot be
    called back, and stays as it is.
    """
    month = published.month(site, commissioner, period)
    person = who or audit.this_user()
    found = []
    with books.open_books(site, commissioner) as connection:
        for practice in month.chosen(practices):
            revision, at = month.revision_of(practice), clock()
            number = revision.statement_number(practice)
            with transaction(connection):
                approvals.decide(
                    connection,
                    revision,
                    practice,
                    "rejected",
                    contents={},
                    rows=(),
                    at=at,
                    who=person,
                    how=how,
                )
                for message in outbox.of_statement(connection, number):
                    outbox.withdraw(connection, message, f"rejected by {person}", at, person)
            found.append(Decided(practice, number, "rejected"))
    return found


def why_not_automatic(site: Site, commissioner: str, period: Period) -> str | None:
    """Why the statements of a period's last revision are not approved by themselves; None if so.

    They are if `delivery.auto_approve` is set and every gate passed without a warning.
    """
    if not site.config.delivery.auto_approve:
        return f"delivery.auto_approve is not set in {SITE_FILE}"
    last = published.month(site, commissioner, period).last
    passed = {gate.gate: gate.status for gate in package.read_run(last.folder).gates}
    faults = [
        f"the gate {gate} {_GATE_WORDS[passed[gate]]}"
        if gate in passed
        else f"the gate {gate} did not run"
        for gate in GATES
        if passed.get(gate) != "passed"
    ]
    return "; ".join(faults) or None


_GATE_WORDS = {"warning": "gave a warning", "failed": "failed"}
