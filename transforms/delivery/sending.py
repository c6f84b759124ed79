"""Sending a period's statements: every guard in order, then each message once.

A statement that is marked as issued is left out, and says why. Of the others, before a message is
claimed, all of this holds, or it is refused with the reason, which is audited:

1. the files are those that were made for this practice (`published`);
2. they, and the practice's recipients, are those that were approved (`approvals`);
3. the practice's passphrase will do (`passphrases`), and opens the encrypted workbook to the very
   workbook that was approved (`sealing`);
4. the recipient is valid today, in an allowed domain (`recipients`); the message is not too large.
"""

import datetime
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from transforms.atomic_file import write_atomically
from transforms.delivery import (
    access_token,
    approvals,
    audit,
    books,
    issuing,
    messages,
    outbox,
    passphrases,
    published,
    recipients,
    sealing,
    secret_store,
    smtp,
)
from transforms.delivery.approvals import Approval
from transforms.delivery.approving import approve, why_not_automatic
from transforms.delivery.books import Clock, transaction
from transforms.delivery.outbox import Message, State
from transforms.delivery.published import Content, Month
from transforms.delivery.refusals import Refusal
from transforms.errors import UsageError
from transforms.package import Statement
from transforms.periods import Period
from transforms.site import SITE_FILE, Site

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Sent:
    """Where a recipient's message stands after sending, or why there is none.

    `refused`: it was not sent, because of `reason`; `by_date`: the address is no recipient today;
    `marked`: the statement left by other means; `written`: a dry run wrote it to `reason`.
    """

    practice: str
    statement_number: str
    recipient: str
    state: State | Literal["refused", "by_date", "marked", "written"]
    reason: str = ""
    message_id: str = ""
    next_attempt: str | None = None


@dataclass(frozen=True)
class Delivery:
    """What came of sending a month's statements; `stopped` says why it ended early.

    `revision` is the month's last; a statement that it does not touch is of an earlier one.
    """

    commissioner: str
    period: str
    revision: int
    messages: tuple[Sent, ...]
    stopped: str = ""

    @property
    def complete(self) -> bool:
        """Whether every message that there should be was sent."""
        return not self.stopped and all(
            each.state in ("sent", "by_date", "marked", "written") for each in self.messages
        )

    def count(self, state: str) -> int:
        return sum(each.state == state for each in self.messages)


@dataclass(frozen=True)
class _Ready:
    """A practice's statement that may go, with its files as they go out."""

    number: str
    statement: Statement
    files: tuple[outbox.Attachment, ...]


def send(
    site: Site,
    commissioner: str,
    period: Period,
    practices: Sequence[str] | None = None,
    *,
    who: str | None = None,
    clock: Clock = books.now,
    progress: Progress | None = None,
) -> Delivery:
    """Send what is approved and due of a period's latest statements, each message once.

    Any number of processes may do this at once, for the same practices. Raises UsageError where
    delivery is switched off or not set up, and where there is nothing to send. A mail server that
    cannot be used ends it with the rest queued (`stopped`).
    """
    settings = site.config.delivery
    if not settings.enabled:
        raise UsageError(
            f"Delivery is switched off: nothing is sent. Set enabled = true in [delivery] of "
            f"{SITE_FILE}, or look at the messages with 'pbc send {period} --dry-run'."
        )
    _check_sender(settings.smtp.sender)
    month = published.month(site, commissioner, period)
    chosen = month.chosen(practices)
    secrets = secret_store.load(site)
    log_in = smtp.login(
        settings.smtp,
        secrets.password,
        lambda: access_token.access_token(settings.smtp, secrets),
    )
    if why_not_automatic(site, commissioner, period) is None:
        # The gates that passed are the last revision's: of what it does not touch they say nothing.
        judged = [code for code in chosen if month.revision_of(code) is month.last]
        approve(
            site, commissioner, period, judged, who="auto_approve", how="automatic", clock=clock
        )
    person = who or audit.this_user()
    folder = outbox.lock_folder(site, commissioner)
    with books.open_books(site, commissioner) as connection, outbox.sender(folder) as name:
        outbox.recover(connection, folder, clock(), person)
        round_ = _Round(site, connection, month, secrets, person, clock)
        round_.withdraw_superseded()
        found: list[Sent] = []
        stopped = ""
        with smtp.Courier(settings.smtp, log_in) as courier:
            for done, practice in enumerate(chosen):
                if progress is not None:
                    progress(done, len(chosen))
                for entry in list(round_.queue(practice)):
                    if isinstance(entry, Sent):
                        found.append(entry)
                        continue
                    ready, message = entry
                    try:
                        if not stopped and message.is_due(clock()):
                            message = round_.transmit(ready, message, courier, name)
                    except smtp.Unreachable as error:
                        stopped = str(error)
                    except Refusal as refusal:
                        found.append(round_.refuse(practice, message.recipient, str(refusal)))
                        continue
                    found.append(_standing(message))
    return Delivery(commissioner, str(period), month.last.number, tuple(found), stopped)


def dry_run(
    site: Site,
    commissioner: str,
    period: Period,
    practices: Sequence[str] | None = None,
    *,
    out: Path | None = None,
    who: str | None = None,
    clock: Clock = books.now,
) -> Delivery:
    """Write the messages as `.eml` files instead of sending them; nothing is queued or issued.

    Approval is not asked for, so that the messages can be looked at before it; every other guard
    holds. `out` is the folder to write to, `delivery/<commissioner>/dry-run/...` unless given.
    """
    settings = site.config.delivery
    _check_sender(settings.smtp.sender)
    month = published.month(site, commissioner, period)
    folder = out or outbox.lock_folder(site, commissioner) / "dry-run" / str(period)
    person = who or audit.this_user()
    found: list[Sent] = []
    with books.open_books(site, commissioner) as connection:
        round_ = _Round(site, connection, month, secret_store.load(site), person, clock)
        for practice in month.chosen(practices):
            stem = f"{commissioner}_{period}_{practice}_r{month.revision_of(practice).number}"
            for left in folder.glob(f"{stem}_message_*.eml"):
                left.unlink()  # of a dry run before: what lies there is what would go
            marked = round_.marked(practice)
            if marked is not None:
                found.append(marked)
                continue
            going, barred = round_.addressees(practice)
            found += barred
            try:
                content = published.read(month.revision_of(practice), practice)
                ready = round_.ready(practice, content)
            except Refusal as refusal:
                found.append(round_.refuse(practice, "", str(refusal)))
                continue
            for place, address in enumerate(going, start=1):
                identifier = round_.message_id(ready, address)
                try:
                    message = round_.message(ready, address, identifier, clock())
                except Refusal as refusal:
                    found.append(round_.refuse(practice, address, str(refusal)))
                    continue
                path = folder / f"{stem}_message_{place}.eml"
                write_atomically(path, message, mode=0o600)
                found.append(
                    Sent(practice, ready.number, address, "written", str(path), identifier)
                )
        written = sum(each.state == "written" for each in found)
        with transaction(connection):
            audit.add(
                connection, clock(), person, "dry run", detail=f"{period}: {written} messages"
            )
    return Delivery(commissioner, str(period), month.last.number, tuple(found))


def _check_sender(sender: str) -> None:
    if not recipients.is_address(sender):
        raise UsageError(
            f"Set delivery.smtp.sender in {SITE_FILE}: the one plain address that messages come "
            "from."
        )


def _standing(message: Message) -> Sent:
    return Sent(
        message.practice_code,
        message.statement_number,
        message.recipient,
        message.state,
        message.reply or "",
        message.message_id,
        message.next_attempt,
    )


class _Round:
    """One round of sending: what is the same for all its messages."""

    def __init__(
        self,
        site: Site,
        connection: sqlite3.Connection,
        month: Month,
        secrets: secret_store.Secrets,
        who: str,
        clock: Clock,
    ) -> None:
        self._site = site
        self._settings = site.config.delivery
        self._connection = connection
        self._month = month
        self._secrets = secrets
        self._who = who
        self._clock = clock
        self._rows = recipients.read(site)

    def withdraw_superseded(self) -> None:
        """Take back what never left, of statements that a later revision took the place of."""
        for message in outbox.all_of(self._connection, str(self._month.period)):
            if message.practice_code not in self._month.practices:
                why = "the practice has no statement of the month any more"
            elif message.revision < self._month.revision_of(message.practice_code).number:
                why = f"superseded by {self._month.statement_number(message.practice_code)}"
            else:
                continue
            self._withdraw(message, why)

    def _withdraw(self, message: Message, why: str) -> None:
        with transaction(self._connection):
            outbox.withdraw(self._connection, message, why, self._clock(), self._who)

    def queue(self, practice: str) -> Iterator[Sent | tuple[_Ready, Message]]:
        """Queue a practice's messages; what is not to be sent comes as `Sent`, the rest to send."""
        revision = self._month.revision_of(practice)
        number = revision.statement_number(practice)
        kept = {each.recipient: each for each in outbox.of_statement(self._connection, number)}
        marked = self.marked(practice)
        if marked is not None:
            yield marked
            for message in kept.values():
                if message.has_left:
                    yield _standing(message)
                else:
                    self._withdraw(message, marked.reason)
            return
        going, barred = self.addressees(practice)
        yield from barred
        because = {each.recipient: each.reason for each in barred}
        for address, message in kept.items():
            if message.has_left:
                yield _standing(message)
            elif address not in going:
                self._withdraw(message, because.get(address, "no longer in recipients.csv"))
        due = [each for each in going if each not in kept or not kept[each].has_left]
        if not due:
            return
        try:
            ready, approval = self.approved(practice)
        except Refusal as refusal:
            yield self.refuse(practice, "", str(refusal))
            return
        for address in due:
            identifier = self.message_id(ready, address)
            try:
                # It is built here too, so that one that is too large is never queued.
                self.message(ready, address, identifier, self._clock())
                message = outbox.queue(
                    self._connection,
                    statement_number=ready.number,
                    recipient=address,
                    practice_code=practice,
                    period=str(revision.period),
                    revision=revision.number,
                    approval_id=approval.approval_id,
                    attachments=ready.files,
                    message_id=identifier,
                    at=self._clock(),
                    who=self._who,
                )
            except Refusal as refusal:
                yield self.refuse(practice, address, str(refusal))
                continue
            yield ready, message

    def marked(self, practice: str) -> Sent | None:
        """That a practice's statement is marked as issued, so that it is not sent; None if not."""
        number = self._month.statement_number(practice)
        how = books.how_marked(self._connection, number)
        return (
            None
            if how is None
            else Sent(practice, number, "", "marked", f"marked as issued: {how}")
        )

    def addressees(self, practice: str) -> tuple[list[str], list[Sent]]:
        """Who may be sent a practice's statement today, and who may not, with the reason."""
        going, barred = [], []
        day = books.day(self._clock())
        rows = self._rows.get(practice, ())
        for each in recipients.standing(rows, self._settings.allowed_domains, day):
            if each.barred is None:
                going.append(each.email)
            else:
                reason = f"{each.email} {each.barred}."
                barred.append(self.refuse(practice, each.email, reason, by_date=each.by_date))
        if not going:
            barred.append(self.refuse(practice, "", recipients.nobody(practice, day)))
        return going, barred

    def approved(self, practice: str) -> tuple[_Ready, Approval]:
        """A practice's statement, with the approval by which it goes. Raises Refusal."""
        revision = self._month.revision_of(practice)
        content = published.read(revision, practice)
        approval = approvals.check(
            self._connection,
            revision.statement_number(practice),
            content.sha256,
            self._rows.get(practice, ()),
        )
        return self.ready(practice, content), approval

    def ready(self, practice: str, content: Content) -> _Ready:
        """A practice's files as they go out. Raises Refusal where its passphrase will not do."""
        name = content.statement.identity.practice_name
        phrase = passphrases.passphrase_of(practice, name, self._secrets.passphrases)
        revision = self._month.revision_of(practice)
        folder = self._site.sealed(revision.commissioner, revision.period, revision.number)
        sealed = sealing.sealed_file(
            folder / practice / content.names["xlsx"], content.files["xlsx"], phrase
        )
        files = messages.attachments(content, sealed, with_page=self._settings.attach_page)
        return _Ready(revision.statement_number(practice), content.statement, files)

    def message_id(self, ready: _Ready, address: str) -> str:
        domain = self._settings.smtp.sender.rpartition("@")[2]
        return outbox.message_id(ready.number, address, ready.files, domain)

    def message(
        self, ready: _Ready, address: str, identifier: str, date: datetime.datetime
    ) -> bytes:
        """The message's bytes. Raises Refusal where it is too large."""
        content = messages.build(
            ready.statement,
            ready.files,
            sender=self._settings.smtp.sender,
            recipient=address,
            message_id=identifier,
            date=date,
        )
        messages.check_size(content, self._settings.maximum_megabytes)
        return content

    def transmit(
        self, ready: _Ready, message: Message, courier: smtp.Courier, name: str
    ) -> Message:
        """Claim a message, hand it over, write down what came of it; gives how it now stands.

        Raises smtp.Unreachable, the message as it was.
        """
        content = self.message(
            ready,
            message.recipient,
            message.message_id,
            datetime.datetime.fromisoformat(message.queued_at),
        )
        courier.make_ready()
        try:
            self._claim(ready, message, name)
        except outbox.Taken:
            return self._as_it_stands(message)
        outcome = courier.carry(self._settings.smtp.sender, message.recipient, content)
        outbox.settle(
            self._connection,
            message,
            name,
            outcome,
            self._settings.retry_minutes,
            self._clock(),
            self._who,
        )
        return self._as_it_stands(message)

    def _claim(self, ready: _Ready, message: Message, name: str) -> None:
        """Claim a message. Raises Refusal where a close is at work, or outbox.Taken."""
        revision = self._month.revision_of(message.practice_code)
        with issuing.no_close_at_work(self._site, self._connection, revision):
            outbox.claim(self._connection, message, ready.files, name, self._clock(), self._who)

    def _as_it_stands(self, message: Message) -> Message:
        found = outbox.find(self._connection, message.statement_number, message.recipient)
        return found or message

    def refuse(self, practice: str, recipient: str, reason: str, *, by_date: bool = False) -> Sent:
        """Something that is not sent, told to the audit once."""
        number = self._month.statement_number(practice)
        audit.refused(
            self._connection, self._clock(), self._who, number, practice, recipient, reason
        )
        return Sent(practice, number, recipient, "by_date" if by_date else "refused", reason)


# --- What stands where, and a person's word ------------------------------------------------------


def listed(
    site: Site, commissioner: str, period: Period | None = None, *, clock: Clock = books.now
) -> list[Message]:
    """The outbox, after what killed senders left is set to `unknown`."""
    if not site.delivery(commissioner).exists():
        return []
    with books.open_books(site, commissioner) as connection:
        outbox.recover(
            connection, outbox.lock_folder(site, commissioner), clock(), audit.this_user()
        )
        return outbox.all_of(connection, None if period is None else str(period))


def resolve(
    site: Site,
    commissioner: str,
    identifier: str,
    *,
    went: bool,
    who: str | None = None,
    clock: Clock = books.now,
) -> Message:
    """A person's word on a message whose fate is unknown. Raises UsageError."""
    with books.open_books(site, commissioner) as connection:
        return outbox.resolve(
            connection, identifier, went=went, at=clock(), who=who or audit.this_user()
        )
