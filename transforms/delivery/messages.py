"""The e-mail: subject, text and page from templates, attachments; the same bytes at every attempt.

Nothing in it but the encrypted workbook is about a patient: the rest holds the practice's totals.
"""

import datetime
import email.utils
import hashlib
from email.message import EmailMessage
from email.policy import SMTP

from transforms.delivery.outbox import Attachment
from transforms.delivery.published import Content
from transforms.delivery.refusals import Refusal
from transforms.documents import words
from transforms.documents.formats import number, pounds
from transforms.documents.templates import environment
from transforms.package import Statement

KINDS = {
    "pdf": ("application", "pdf"),
    "html": ("text", "html"),
    "xlsx": ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}

_MEGABYTE = 1_000_000


def attachments(content: Content, sealed: bytes, *, with_page: bool) -> tuple[Attachment, ...]:
    """The files that go with a statement: PDF, its page if wanted, the workbook encrypted."""
    found = {**content.files, "xlsx": sealed}
    return tuple(
        Attachment(
            name=content.names[kind],
            content=found[kind],
            rendered_sha256=content.sha256[content.names[kind]],
        )
        for kind in ("pdf", "html", "xlsx")
        if with_page or kind != "html"
    )


def subject(statement: Statement) -> str:
    """Practice code, period and revision; no name of anyone."""
    who = statement.identity
    return f"Budget statement {who.practice_code} {who.period} r{who.revision}"


def headline_figures(statement: Statement) -> list[tuple[str, str]]:
    """The three figures of the message, named: the standing, or without a budget the activity."""
    top, total = statement.headline, statement.total
    if top.budget_set and statement.closing is None:
        return [
            ("Budget to date", pounds(top.budget_to_date)),
            ("Spent to date", pounds(top.spent_to_date)),
            (
                words.standing_word(top.difference).capitalize(),
                pounds(abs(top.difference)),
            ),
        ]
    return [
        ("Spent to date", pounds(top.spent_to_date)),
        ("Spells to date", number(total.ytd_spells)),
        ("Spent this month", pounds(total.month_actual)),
    ]


def build(
    statement: Statement,
    files: tuple[Attachment, ...],
    *,
    sender: str,
    recipient: str,
    message_id: str,
    date: datetime.datetime,
) -> bytes:
    """The message as it goes over the line, ASCII, lines ended by CR LF."""
    told = {
        "statement": statement,
        "words": words,
        "figures": headline_figures(statement),
        "names": {_kind(each.name): each.name for each in files},
    }
    templates = environment()
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = recipient
    message["Subject"] = subject(statement)
    message["Date"] = email.utils.format_datetime(date)
    message["Message-ID"] = message_id
    # No out-of-office reply is wanted, and none may quote it (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(
        templates.get_template("message/message.txt").render(told), cte="quoted-printable"
    )
    message.add_alternative(
        templates.get_template("message/message.html").render(told),
        subtype="html",
        cte="quoted-printable",
    )
    for each in files:
        maintype, subtype = KINDS[_kind(each.name)]
        message.add_attachment(each.content, maintype=maintype, subtype=subtype, filename=each.name)
    boundary = hashlib.sha256(message_id.encode()).hexdigest()[:32]
    for level, part in enumerate(part for part in message.walk() if part.is_multipart()):
        part.set_boundary(f"=_{level}_{boundary}")
    return message.as_bytes()


def _kind(name: str) -> str:
    return name.rpartition(".")[2]


def check_size(content: bytes, maximum_megabytes: float) -> None:
    """Raise Refusal where a message is larger than mail servers take it."""
    size = len(content) / _MEGABYTE
    if size > maximum_megabytes:
        raise Refusal(
            f"The message has {size:.1f} megabytes, more than {maximum_megabytes:g} "
            "(delivery.maximum_megabytes in site.toml). Hand the files over by other means."
        )
