"""Every practice gets exactly its own files, once; whatever the mail server does.

A real SMTP server on loopback, over TLS. After each fault: no message twice, none to a wrong
address, none lost without a state that says so.
"""

import fcntl
import io
import shutil
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import msoffcrypto
import pytest

from tests.delivery.conftest import write_certificate
from tests.delivery.mail_server import (
    CERTAIN,
    DOUBTFUL,
    FINAL,
    GOES_ALL_THE_SAME,
    PASSING,
    PASSWORD,
    TOKEN,
    USER,
    Delivered,
    Fault,
    MailServer,
)
from tests.delivery.small_site import (
    COMMISSIONER,
    PERIOD,
    Clock,
    SmallSite,
    address,
    environment,
    passphrase,
)
from transforms import delivery
from transforms.delivery import approving, audit, books, outbox, sending
from transforms.delivery.approving import Decided
from transforms.delivery.sending import Delivery
from transforms.delivery.smtp import Unreachable
from transforms.errors import ControlFailure, UsageError

PRACTICES = ("Y90001", "Y90002", "Y90003")


def approve(site: SmallSite, clock: Clock, *practices: str) -> list[Decided]:
    return approving.approve(
        site.load(), COMMISSIONER, PERIOD, practices or None, who="an accountant", clock=clock
    )


def send(site: SmallSite, clock: Clock, *practices: str) -> Delivery:
    return sending.send(site.load(), COMMISSIONER, PERIOD, practices or None, clock=clock)


def states(done: Delivery) -> dict[str, str]:
    return {each.recipient: each.state for each in done.messages}


def assert_own_files(site: SmallSite, taken: Delivered) -> None:
    """What was delivered holds its practice's own files, opened and compared, and no other."""
    practice = taken.recipient.partition("@")[2][:6].upper()
    files = taken.files()
    assert list(files) == [
        f"5XA_2004-09_{practice}_r1_statement.pdf",
        f"5XA_2004-09_{practice}_r1_statement.html",
        f"5XA_2004-09_{practice}_r1_detail.xlsx",
    ]
    pdf, page, sealed = files.values()
    assert pdf == site.file(practice, "pdf").read_bytes()
    assert page == site.file(practice, "html").read_bytes()
    opened = io.BytesIO()
    book = msoffcrypto.OfficeFile(io.BytesIO(sealed))
    book.load_key(password=passphrase(practice), verify_password=True)
    book.decrypt(opened)
    assert opened.getvalue() == site.file(practice, "xlsx").read_bytes()
    assert taken.message["To"] == taken.recipient
    assert taken.message["Subject"] == f"Budget statement {practice} 2004-09 r1"


def test_every_practice_gets_its_own_once(
    ready: SmallSite, server: MailServer, clock: Clock
) -> None:
    assert [each.outcome for each in approve(ready, clock)] == ["approved"] * 3
    done = send(ready, clock)
    assert done.complete
    assert [taken.recipient for taken in server.delivered] == [address(code) for code in PRACTICES]
    for taken in server.delivered:
        assert taken.sender == USER
        assert_own_files(ready, taken)

    # And again sends nothing.
    assert send(ready, clock).complete
    assert len(server.delivered) == 3


def test_nothing_goes_without_approval(ready: SmallSite, server: MailServer, clock: Clock) -> None:
    approve(ready, clock, "Y90002")
    done = send(ready, clock)
    assert [taken.recipient for taken in server.delivered] == [address("Y90002")]
    assert {each.reason for each in done.messages if each.state == "refused"} == {
        "5XA/2004-09/Y90001/r1 is not approved.",
        "5XA/2004-09/Y90003/r1 is not approved.",
    }
    assert not done.complete


def test_what_was_rejected_does_not_go(ready: SmallSite, server: MailServer, clock: Clock) -> None:
    approve(ready, clock)
    approving.reject(ready.load(), COMMISSIONER, PERIOD, ["Y90003"], who="a person", clock=clock)
    done = send(ready, clock)
    assert [taken.recipient for taken in server.delivered] == [address("Y90001"), address("Y90002")]
    assert "was rejected by a person" in done.messages[2].reason


def test_sending_issues_the_statement_and_approving_does_not(
    ready: SmallSite, server: MailServer, clock: Clock
) -> None:
    approve(ready, clock)
    assert not delivery.is_issued(ready.load(), COMMISSIONER, PERIOD, 1)
    server.faults[address("Y90001")] = [Fault.RCPT_5XX]
    send(ready, clock, "Y90001")
    assert not delivery.is_issued(ready.load(), COMMISSIONER, PERIOD, 1)
    send(ready, clock, "Y90002")
    assert delivery.is_issued(ready.load(), COMMISSIONER, PERIOD, 1)
    assert not delivery.is_issued(ready.load(), COMMISSIONER, PERIOD, 2)


@pytest.mark.parametrize("fault", Fault, ids=lambda fault: fault.name.lower())
def test_after_each_fault_the_message_went_once_or_a_state_says_so(
    ready: SmallSite, server: MailServer, clock: Clock, fault: Fault
) -> None:
    slow = fault in (Fault.SLOW_BEFORE_DATA, Fault.SLOW_AFTER_DATA)
    if slow:
        ready.delivery["smtp"] |= {"timeout_seconds": 1.0, "final_timeout_seconds": 1.0}
    approve(ready, clock)
    who = address("Y90002")
    server.faults[who] = [fault]
    done = send(ready, clock)
    went = fault in CERTAIN | GOES_ALL_THE_SAME
    expected = "sent" if fault in CERTAIN else "unknown" if fault in DOUBTFUL else "failed"
    assert states(done) == {
        address("Y90001"): "sent",
        who: expected,
        address("Y90003"): "sent",
    }
    assert len(server.to(who)) == int(went)

    # Again at once, and again much later.
    send(ready, clock)
    assert len(server.to(who)) == int(went)
    clock.forward(days=2)
    done = send(ready, clock)
    again = fault in PASSING
    assert states(done)[who] == ("sent" if again else expected)
    assert len(server.to(who)) == int(went or again)
    assert Counter(taken.recipient for taken in server.delivered).most_common(1)[0][1] == 1
    for taken in server.delivered:
        assert_own_files(ready, taken)


def test_the_faults_are_all_told_apart() -> None:
    assert {*CERTAIN, *PASSING, *FINAL, *DOUBTFUL} == set(Fault)


@pytest.mark.parametrize(
    "reply",
    ["451 4.3.0 Later", "550 5.7.1 Who are you", "421 4.3.2 Closing", "503 5.5.1 Out of order"],
)
def test_a_sender_that_is_refused_fails_that_message(
    ready: SmallSite, server: MailServer, clock: Clock, reply: str
) -> None:
    approve(ready, clock)
    server.replies_to_mail = [reply]
    done = send(ready, clock)
    assert [each.state for each in done.messages] == ["failed", "sent", "sent"]
    assert done.messages[0].reason == reply
    assert (done.messages[0].next_attempt is None) == reply.startswith("5")


def test_a_message_larger_than_the_server_takes_is_not_begun(
    site: SmallSite, certificate: Path, clock: Clock
) -> None:
    with MailServer(certificate, size_limit=5_000) as small:
        site.delivery["smtp"] = small.settings()
        approve(site, clock)
        done = send(site, clock)
    assert {each.state for each in done.messages} == {"failed"}
    assert "the server takes 5000 bytes at most" in done.messages[0].reason
    assert done.messages[0].next_attempt is None


def test_a_refused_recipient_among_several_is_the_only_one_without(
    ready: SmallSite, server: MailServer, clock: Clock
) -> None:
    several = [address("Y90001", name) for name in ("lead.gp", "manager", "office")]
    ready.recipients([("Y90001", each, "", "") for each in several])
    approve(ready, clock, "Y90001")
    server.faults[several[1]] = [Fault.RCPT_5XX]
    done = send(ready, clock, "Y90001")
    assert states(done) == dict(zip(several, ["sent", "failed", "sent"], strict=True))
    assert [taken.recipient for taken in server.delivered] == [several[0], several[2]]


def test_a_failure_that_passes_is_tried_later_each_time_and_then_no_more(
    ready: SmallSite, server: MailServer, clock: Clock
) -> None:
    ready.delivery["retry_minutes"] = [5, 60]
    approve(ready, clock, "Y90001")
    server.faults[address("Y90001")] = [Fault.GREYLIST] * 9
    waits = []
    for _ in range(3):
        before = clock.time
        [message] = send(ready, clock, "Y90001").messages
        assert message.state == "failed"
        if message.next_attempt is None:
            waits.append(None)
            continue
        waits.append(round((clock_of(message.next_attempt) - before.timestamp()) / 60))
        clock.forward(minutes=waits[-1] - 1)
        assert len(server.faults[address("Y90001")]) == 9 - len(waits)
        send(ready, clock, "Y90001")
        assert len(server.faults[address("Y90001")]) == 9 - len(waits)
        clock.forward(minutes=2)
    assert waits == [5, 60, None]
    clock.forward(days=30)
    send(ready, clock, "Y90001")
    assert len(server.faults[address("Y90001")]) == 9 - 3


def test_what_was_refused_for_good_does_not_go_again_because_it_was_encrypted_anew(
    ready: SmallSite, server: MailServer, clock: Clock
) -> None:
    """Encrypted files may be deleted, and a passphrase changed: the server's no still stands."""
    approve(ready, clock, "Y90001")
    server.faults[address("Y90001")] = [Fault.RCPT_5XX, Fault.NONE]
    send(ready, clock, "Y90001")
    shutil.rmtree(ready.load().sealed(COMMISSIONER, PERIOD, 1))
    clock.forward(days=30)
    [message] = send(ready, clock, "Y90001").messages
    assert (message.state, message.next_attempt) == ("failed", None)
    assert server.faults[address("Y90001")] == [Fault.NONE]

    # Until a person says so; then it goes as it was encrypted last.
    sending.resolve(ready.load(), COMMISSIONER, message.message_id, went=False, clock=clock)
    assert send(ready, clock, "Y90001").complete
    [taken] = server.to(address("Y90001"))
    assert_own_files(ready, taken)


def test_a_sender_whose_workbook_another_encrypted_anew_does_not_send_it(
    ready: SmallSite, server: MailServer, clock: Clock
) -> None:
    """While this one connects, another queues the message as it is under a passphrase changed."""
    approve(ready, clock, "Y90001")
    changed = "a better one, agreed today"

    def another(point: str) -> None:
        if point == "ehlo":
            server.at = None
            held = {code: passphrase(code) for code in PRACTICES} | {"Y90001": changed}
            ready.passphrases(held)
            ready.delivery["smtp"] |= {"port": 1}  # it has nobody to send to
            send(ready, clock, "Y90001")

    server.at = another
    [message] = send(ready, clock, "Y90001").messages
    assert (message.state, server.delivered) == ("queued", [])
    ready.delivery["smtp"] = server.settings()
    assert send(ready, clock, "Y90001").complete
    [taken] = server.to(address("Y90001"))
    book = msoffcrypto.OfficeFile(io.BytesIO(list(taken.files().values())[2]))
    book.load_key(password=changed, verify_password=True)


def clock_of(written: str) -> float:
    import datetime

    return datetime.datetime.fromisoformat(written).timestamp()


def test_every_attempt_is_of_the_same_message(
    ready: SmallSite, server: MailServer, clock: Clock
) -> None:
    approve(ready, clock, "Y90001")
    server.faults[address("Y90001")] = [Fault.DROP_AFTER_MESSAGE, Fault.DROP_BEFORE_REPLY]
    for _ in range(2):
        [message] = send(ready, clock, "Y90001").messages
        assert message.state == "unknown"
        sending.resolve(ready.load(), COMMISSIONER, message.message_id, went=False, clock=clock)
        clock.forward(days=1)
    [message] = send(ready, clock, "Y90001").messages
    assert message.state == "sent"
    first, second = server.to(address("Y90001"))
    assert first.content == second.content
    assert first.message["Message-ID"] == message.message_id


def test_a_person_settles_what_is_unknown(
    ready: SmallSite, server: MailServer, clock: Clock
) -> None:
    approve(ready, clock, "Y90001", "Y90002")
    server.faults[address("Y90001")] = [Fault.DROP_BEFORE_REPLY]
    server.faults[address("Y90002")] = [Fault.DROP_AFTER_MESSAGE]
    arrived, lost = send(ready, clock, "Y90001", "Y90002").messages
    for message, went in ((arrived, True), (lost, False)):
        sending.resolve(
            ready.load(), COMMISSIONER, message.message_id, went=went, who="Ann", clock=clock
        )
    assert send(ready, clock, "Y90001", "Y90002").complete
    assert [len(server.to(address(code))) for code in ("Y90001", "Y90002")] == [1, 1]
    with pytest.raises(UsageError, match="there is nothing to resolve"):
        sending.resolve(ready.load(), COMMISSIONER, arrived.message_id, went=False, clock=clock)
    with pytest.raises(UsageError, match="No message has the Message-ID <nobody@example>"):
        sending.resolve(ready.load(), COMMISSIONER, "nobody@example", went=True, clock=clock)
    told = [each for each in audit.entries(ready.load(), COMMISSIONER) if each.what == "resolved"]
    assert [(each.who, each.detail.partition(":")[0]) for each in told] == [
        ("Ann", "unknown to sent"),
        ("Ann", "unknown to queued"),
    ]


def test_several_senders_at_once_send_each_message_once(
    ready: SmallSite, server: MailServer, clock: Clock
) -> None:
    several = [address(code, f"person{n:02}") for code in PRACTICES for n in range(12)]
    ready.recipients([(each.partition("@")[2][:6].upper(), each, "", "") for each in several])
    approve(ready, clock)
    site = ready.load()
    faults: list[BaseException] = []

    def work() -> None:
        try:
            sending.send(site, COMMISSIONER, PERIOD)
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert sorted(taken.recipient for taken in server.delivered) == sorted(several)
    assert {message.state for message in sending.listed(site, COMMISSIONER)} == {"sent"}
    assert audit.first_altered(audit.entries(site, COMMISSIONER)) is None


def test_several_processes_at_once_send_each_message_once(
    ready: SmallSite, server: MailServer, clock: Clock
) -> None:
    several = [address(code, f"person{n:02}") for code in PRACTICES for n in range(8)]
    ready.recipients([(each.partition("@")[2][:6].upper(), each, "", "") for each in several])
    approve(ready, clock)
    command = [sys.executable, "-c", "from transforms.cli import app; app()", "send", str(PERIOD)]
    senders = [
        subprocess.Popen(command, env=environment(ready), stdout=subprocess.PIPE) for _ in range(3)
    ]
    for sender in senders:
        sender.communicate(timeout=300)
    # One that ends first leaves behind what another is still sending, and says so.
    assert {sender.returncode for sender in senders} <= {0, 1}
    assert sorted(taken.recipient for taken in server.delivered) == sorted(several)
    assert {each.state for each in sending.listed(ready.load(), COMMISSIONER)} == {"sent"}
    assert audit.first_altered(audit.entries(ready.load(), COMMISSIONER)) is None


def test_the_lock_of_a_dead_sender_is_taken_away_while_it_is_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ready: SmallSite, clock: Clock
) -> None:
    """Else one who has just made it, and waits for it, would go on under a lock that is gone."""
    dead = tmp_path / "sender-1-dead.lock"
    dead.touch()
    held: list[bool] = []
    unlink = Path.unlink

    def watched(path: Path, missing_ok: bool = False) -> None:
        with path.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                held.append(True)
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", watched)
    with books.open_books(ready.load(), COMMISSIONER) as connection:
        outbox.recover(connection, tmp_path, clock(), "Ann")
    assert held == [True]
    assert not dead.exists()


# --- The connection -------------------------------------------------------------------------------


@pytest.mark.parametrize("security", ["starttls", "tls", "none"])
@pytest.mark.parametrize("authentication", ["none", "basic", "xoauth2"])
def test_each_way_to_connect_and_log_in(
    site: SmallSite, certificate: Path, clock: Clock, security: str, authentication: str
) -> None:
    site.passphrases(
        {code: passphrase(code) for code in PRACTICES}, password=PASSWORD, access_token=TOKEN
    )
    with MailServer(certificate, security=security, authentication=authentication) as server:
        site.delivery["smtp"] = server.settings()
        approve(site, clock)
        assert send(site, clock).complete
        assert len(server.delivered) == 3


@pytest.mark.parametrize("authentication", ["basic", "xoauth2"])
def test_a_wrong_secret_sends_nothing_and_is_not_told(
    site: SmallSite, certificate: Path, clock: Clock, authentication: str
) -> None:
    wrong = "not the secret at all"
    site.passphrases(
        {code: passphrase(code) for code in PRACTICES}, password=wrong, access_token=wrong
    )
    with MailServer(certificate, authentication=authentication) as server:
        site.delivery["smtp"] = server.settings()
        approve(site, clock)
        done = send(site, clock)
        assert "does not accept delivery.smtp.username with its secret" in done.stopped
        assert {each.state for each in done.messages} == {"queued"}
        assert server.delivered == []
    assert wrong not in repr(done)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_that_does_not_hold_sends_nothing(
    site: SmallSite, certificate: Path, tmp_path: Path, clock: Clock, security: str
) -> None:
    other = write_certificate(tmp_path / "other.pem", "localhost")
    with MailServer(certificate, security=security) as server:
        approve(site, clock)
        for wrong in ({"ca_file": str(other)}, {"ca_file": None}):
            site.delivery["smtp"] = {
                key: value
                for key, value in (server.settings() | wrong).items()
                if value is not None
            }
            done = send(site, clock)
            assert "showed a certificate that does not hold" in done.stopped
            assert {each.state for each in done.messages} == {"queued"}
        assert server.delivered == []


def test_a_certificate_of_another_name_sends_nothing(
    site: SmallSite, tmp_path: Path, clock: Clock
) -> None:
    other = write_certificate(tmp_path / "other.pem", "mail.example")
    with MailServer(other) as server:
        site.delivery["smtp"] = server.settings()
        approve(site, clock)
        assert "showed a certificate that does not hold" in send(site, clock).stopped
        assert server.delivered == []


def test_a_certificate_that_has_expired_sends_nothing(
    site: SmallSite, tmp_path: Path, clock: Clock
) -> None:
    expired = write_certificate(tmp_path / "expired.pem", "localhost", ended_days_ago=1)
    with MailServer(expired) as server:
        site.delivery["smtp"] = server.settings()
        approve(site, clock)
        done = send(site, clock)
        assert "does not hold: certificate has expired. Nothing was sent" in done.stopped
        assert server.delivered == []


@pytest.mark.parametrize(
    "content", [None, "no certificate\n"], ids=["missing", "of_something_else"]
)
def test_an_authority_that_cannot_be_read_is_told(
    ready: SmallSite, server: MailServer, tmp_path: Path, clock: Clock, content: str | None
) -> None:
    authority = tmp_path / "authority.pem"
    if content is not None:
        authority.write_text(content)
    ready.delivery["smtp"]["ca_file"] = str(authority)
    approve(ready, clock)
    with pytest.raises(UsageError, match=r"authority.pem \(delivery.smtp.ca_file\) holds no cert"):
        send(ready, clock)
    assert server.delivered == []


def test_a_server_without_tls_gets_nothing(
    site: SmallSite, certificate: Path, clock: Clock
) -> None:
    with MailServer(certificate, security="none") as server:
        site.delivery["smtp"] = server.settings() | {"security": "starttls"}
        approve(site, clock)
        assert "does not offer what delivery.smtp asks for" in send(site, clock).stopped
        assert server.delivered == []


def test_nothing_goes_in_clear_to_another_machine(
    site: SmallSite, certificate: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    with MailServer(certificate, security="none") as server:
        site.delivery["smtp"] = server.settings() | {"host": "localhost"}
        approve(site, clock)
        # The connection is real; only the address of its other end is told otherwise.
        monkeypatch.setattr(socket.socket, "getpeername", lambda _: ("192.0.2.25", 25))
        with pytest.raises(UsageError, match="nothing is sent in clear"):
            send(site, clock)
        assert server.delivered == []


def test_a_server_that_is_not_there_leaves_all_queued(
    site: SmallSite, certificate: Path, clock: Clock
) -> None:
    with MailServer(certificate) as server:
        site.delivery["smtp"] = server.settings()
    approve(site, clock)
    done = send(site, clock)
    assert "cannot be used: nothing answers there. Nothing was sent." in done.stopped
    assert {each.state for each in done.messages} == {"queued"}
    assert issubclass(Unreachable, ControlFailure)
    assert not delivery.is_issued(site.load(), COMMISSIONER, PERIOD, 1)
