"""The e-mail: what it says, the same bytes each time, nothing about a patient."""

import email
import email.policy
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.documents.example_package import EXTREMES, Practice, rows_of, statement_of, write_package
from transforms.delivery import messages
from transforms.delivery.outbox import Attachment
from transforms.package import Statement

DATE = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def statement(practice: Practice) -> Statement:
    return statement_of(practice, "2004-09", rows_of(practice, "2004-09"), "0" * 64)


def files(practice: Practice) -> tuple[Attachment, ...]:
    stem = f"5XA_2004-09_{practice.code}_r1"
    return tuple(
        Attachment(f"{stem}_{name}", b"content", "0" * 64)
        for name in ("statement.pdf", "statement.html", "detail.xlsx")
    )


def built(practice: Practice) -> bytes:
    return messages.build(
        statement(practice),
        files(practice),
        sender="sender@eastmoor.example",
        recipient="manager@mail.example",
        message_id="<5XA.2004-09@eastmoor.example>",
        date=DATE,
    )


def parsed(practice: Practice) -> EmailMessage:
    message = email.message_from_bytes(built(practice), policy=email.policy.SMTP)
    assert isinstance(message, EmailMessage)
    return message


def bodies(practice: Practice) -> tuple[str, str]:
    message = parsed(practice)
    text, page = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert page is not None
    return text.get_content(), page.get_content()


@pytest.mark.parametrize("extreme", EXTREMES)
def test_subject_and_names_carry_practice_period_and_revision_and_no_name(extreme: str) -> None:
    practice = EXTREMES[extreme]
    message = parsed(practice)
    assert message["Subject"] == f"Budget statement {practice.code} 2004-09 r1"
    assert [part.get_filename() for part in message.iter_attachments()] == [
        f"5XA_2004-09_{practice.code}_r1_statement.pdf",
        f"5XA_2004-09_{practice.code}_r1_statement.html",
        f"5XA_2004-09_{practice.code}_r1_detail.xlsx",
    ]


@pytest.mark.parametrize("extreme", EXTREMES)
def test_both_bodies_give_three_figures_and_how_to_query(extreme: str) -> None:
    practice = EXTREMES[extreme]
    figures = messages.headline_figures(statement(practice))
    assert len(figures) == 3
    text, page = bodies(practice)
    for name, figure in figures:
        assert name in text
        assert figure in text
        assert name in page
        assert figure in page
    for body in (text, page):
        flat = " ".join(body.split())
        assert "choose a reason in its" in flat
        assert "return the file" in flat
        assert "open it with the passphrase agreed with your practice" in flat


def test_the_figures_are_the_statement_s_own() -> None:
    practice = EXTREMES["ordinary"]
    top = statement(practice).headline
    [budget, spent, difference] = messages.headline_figures(statement(practice))
    assert budget[1] == f"£{round(top.budget_to_date):,}"
    assert spent[1] == f"£{round(top.spent_to_date):,}"
    assert difference == (
        "Over budget" if top.difference > 0 else "Under budget",
        f"£{round(abs(top.difference)):,}",
    )


def test_the_same_message_has_the_same_bytes_and_they_are_ascii() -> None:
    practice = EXTREMES["ordinary"]
    assert built(practice) == built(practice)
    assert built(practice).isascii()
    assert b"\n" not in built(practice).replace(b"\r\n", b"")
    assert max(map(len, built(practice).split(b"\r\n"))) <= 998  # RFC 5322, 2.1.1


def test_a_body_is_ascii_though_its_lines_are_short() -> None:
    """Pounds are no ASCII: short lines of them would go as they are where that is not said."""
    parts = [
        part
        for part in parsed(EXTREMES["ordinary"]).walk()
        if part.get_content_maintype() == "text"
    ]
    encodings = [part["Content-Transfer-Encoding"] for part in parts if not part.get_filename()]
    assert encodings == ["quoted-printable", "quoted-printable"]


def test_markup_in_a_name_is_text() -> None:
    text, page = bodies(Practice(code="Y90003", name='<img src="x"> & Sons'))
    assert '<img src="x"> & Sons' in text
    assert "<img" not in page
    assert "&lt;img src=&#34;x&#34;&gt; &amp; Sons" in page


def test_a_name_cannot_add_a_header() -> None:
    message = parsed(Practice(code="Y90003", name="Surgery\r\nBcc: other@mail.example"))
    assert message["Bcc"] is None


def test_the_page_loads_nothing_from_elsewhere() -> None:
    _, page = bodies(EXTREMES["ordinary"])
    for loading in ("http", "src=", "url(", "@import", "<script", "<link"):
        assert loading not in page


def test_nothing_about_a_patient_is_in_it(tmp_path: Path) -> None:
    practice = EXTREMES["ordinary"]
    write_package(tmp_path, [practice])
    rows = pq.read_table(tmp_path / practice.code / "charges.parquet").to_pylist()
    told = "".join(bodies(practice)) + str(parsed(practice)["Subject"])
    for column in ("nhs_number", "local_patient_identifier", "provider_spell_number"):
        values = {str(row[column]) for row in rows if row[column]}
        assert values
        assert [value for value in values if value in told] == []
