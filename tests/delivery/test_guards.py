"""No file goes to a practice that it was not made for, nor to anyone but those who were approved.

Each guard: refused with a clear reason, audited, and the other practices' messages go.
"""

from datetime import UTC, date, datetime

import pytest

from tests.delivery.mail_server import Fault, MailServer
from tests.delivery.small_site import (
    COMMISSIONER,
    GATES,
    PERIOD,
    Clock,
    SmallSite,
    address,
    passphrase,
    publish_anew,
    short_documents,
)
from transforms import delivery, documents, package
from transforms.atomic_file import write_atomically
from transforms.delivery import approving, audit, passphrases, review, sending
from transforms.delivery.approving import Decided
from transforms.delivery.refusals import Refusal
from transforms.delivery.sending import Delivery
from transforms.errors import ControlFailure, UsageError
from transforms.package import GateRun, Run, StageTiming
from transforms.site import load_site

PRACTICES = ("Y90001", "Y90002", "Y90003")


def approve(site: SmallSite, clock: Clock) -> list[Decided]:
    return approving.approve(site.load(), COMMISSIONER, PERIOD, who="an accountant", clock=clock)


def send(site: SmallSite, clock: Clock) -> Delivery:
    return sending.send(site.load(), COMMISSIONER, PERIOD, clock=clock)


def refused(done: Delivery) -> dict[str, str]:
    return {each.practice: each.reason for each in done.messages if each.state == "refused"}


def audited(site: SmallSite) -> list[tuple[str, str]]:
    return [
        (each.practice_code, each.detail)
        for each in audit.entries(site.load(), COMMISSIONER)
        if each.what == "refused"
    ]


def swap(site: SmallSite, kind: str) -> None:
    one, other = site.file("Y90001", kind), site.file("Y90002", kind)
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)


@pytest.mark.parametrize("kind", ["pdf", "html", "xlsx"])
@pytest.mark.parametrize("approved", [True, False], ids=["after_approval", "before_approval"])
def test_two_practices_files_swapped(
    ready: SmallSite, server: MailServer, clock: Clock, kind: str, approved: bool
) -> None:
    if approved:
        approve(ready, clock)
    swap(ready, kind)
    if not approved:
        outcomes = [each.outcome for each in approve(ready, clock)]
        assert outcomes == ["refused", "refused", "approved"]
    done = send(ready, clock)
    assert [taken.recipient for taken in server.delivered] == [address("Y90003")]
    name = ready.file("Y90001", kind).name
    assert f"Y90001/{name} is not the file that was made" in refused(done)["Y90001"]
    assert "It is the file of Y90002." in refused(done)["Y90001"]
    assert "It is the file of Y90001." in refused(done)["Y90002"]
    assert {code for code, _ in audited(ready)} == {"Y90001", "Y90002"}


@pytest.mark.parametrize("kind", ["pdf", "html", "xlsx"])
def test_files_swapped_and_listed_anew(
    ready: SmallSite, server: MailServer, clock: Clock, kind: str
) -> None:
    """The list of files agrees with the swap; what the files say of themselves does not."""
    swap(ready, kind)
    documents.collect(ready.folder)
    approve(ready, clock)
    done = send(ready, clock)
    assert [taken.recipient for taken in server.delivered] == [address("Y90003")]
    assert "was rendered from another package (5XA/2004-09/Y90002/r1)" in refused(done)["Y90001"]


def test_whole_folders_swapped(ready: SmallSite, server: MailServer, clock: Clock) -> None:
    approve(ready, clock)
    one, other = ready.folder / "Y90001", ready.folder / "Y90002"
    one.rename(ready.folder / "aside")
    other.rename(one)
    (ready.folder / "aside").rename(other)
    done = send(ready, clock)
    assert [taken.recipient for taken in server.delivered] == [address("Y90003")]
    assert "statement.json is not the file that was made" in refused(done)["Y90001"]


@pytest.mark.parametrize("kind", ["pdf", "html", "xlsx"])
def test_a_file_altered_after_rendering(
    ready: SmallSite, server: MailServer, clock: Clock, kind: str
) -> None:
    approve(ready, clock)
    file = ready.file("Y90002", kind)
    file.write_bytes(file.read_bytes() + b" ")
    done = send(ready, clock)
    assert [taken.recipient for taken in server.delivered] == [address("Y90001"), address("Y90003")]
    assert f"Y90002/{file.name} is not the file that was made" in refused(done)["Y90002"]
    assert "Y90002" in dict(audited(ready))


def test_a_file_taken_away(ready: SmallSite, server: MailServer, clock: Clock) -> None:
    approve(ready, clock)
    ready.file("Y90002", "pdf").unlink()
    assert "cannot be read: No such file" in refused(send(ready, clock))["Y90002"]
    assert len(server.delivered) == 2


def test_a_package_of_another_revision_s_documents(
    ready: SmallSite, server: MailServer, clock: Clock
) -> None:
    """Closed again, and not rendered again: the documents are those of the month before that."""
    statement = package.read_statement(ready.folder / "Y90001")
    changed = statement.model_copy(
        update={"identity": statement.identity.model_copy(update={"contact": "Someone else"})}
    )
    package.write_statement(ready.folder / "Y90001", changed)
    manifest = package.read_manifest(ready.folder)
    package.write_manifest(
        ready.folder,
        manifest.model_copy(
            update={
                "files": tuple(
                    package.file_hash(ready.folder, ready.folder / file.path)
                    for file in manifest.files
                )
            }
        ),
    )
    documents.collect(ready.folder)
    outcomes = {each.practice: each.reason for each in approve(ready, clock)}
    assert "Run 'pbc render' again" in outcomes["Y90001"]
    assert outcomes["Y90002"] == ""


def test_files_that_changed_after_approval_need_it_again(
    ready: SmallSite, server: MailServer, clock: Clock
) -> None:
    approve(ready, clock)
    short_documents(ready.folder, "Y90002")
    file = ready.file("Y90002", "html")
    file.write_text(file.read_text().replace("</html>", " again</html>"))
    documents.collect(ready.folder)
    done = send(ready, clock)
    assert "Its files have changed since an accountant approved" in refused(done)["Y90002"]
    assert len(server.delivered) == 2
    approve(ready, clock)
    assert send(ready, clock).complete
    assert len(server.delivered) == 3


@pytest.mark.parametrize("add", [True, False], ids=["added", "instead"])
def test_recipients_changed_between_approval_and_sending(
    ready: SmallSite, server: MailServer, clock: Clock, add: bool
) -> None:
    approve(ready, clock)
    rows = [(code, address(code), "2004-04-01", "") for code in PRACTICES]
    other = ("Y90002", address("Y90003"), "2004-04-01", "")
    ready.recipients([*rows, other] if add else [rows[0], other, rows[2]])
    done = send(ready, clock)
    assert [taken.recipient for taken in server.delivered] == [address("Y90001"), address("Y90003")]
    assert server.delivered[1].message["Subject"] == "Budget statement Y90003 2004-09 r1"
    assert "Its rows of recipients.csv have changed since" in refused(done)["Y90002"]
    assert any("recipients.csv" in detail for _, detail in audited(ready))


def test_an_address_outside_the_allowed_domains(
    ready: SmallSite, server: MailServer, clock: Clock
) -> None:
    outside = [
        "a@mail.example",
        "office@evil-y90001.mail.example",
        "office@freemail.example",
        "office@sub.y90001.mail.example",
        "office@xn--y90001.mail.example",
        "office@y90001.mail.example.evil.example",
    ]
    rows = [("Y90001", each, "", "") for each in (*outside, address("Y90001").upper())]
    ready.recipients([*rows, ("Y90002", address("Y90002"), "", "")])
    approve(ready, clock)
    done = send(ready, clock)
    assert [taken.recipient for taken in server.delivered] == [address("Y90001"), address("Y90002")]
    reasons = [each.reason for each in done.messages if each.state == "refused"]
    assert [each.partition(" ")[0] for each in reasons[:6]] == outside
    assert all("is not among the domains that may receive" in each for each in reasons[:6])
    assert {detail for code, detail in audited(ready) if code == "Y90001"} >= set(reasons[:6])
    assert not done.complete


def test_a_domain_whose_check_is_yet_to_come(
    ready: SmallSite, server: MailServer, clock: Clock
) -> None:
    ready.delivery["allowed_domains"]["y90001.mail.example"] = date(2026, 11, 3)
    approve(ready, clock)
    done = send(ready, clock)
    assert "as checked on 2026-11-03, which is yet to come" in done.messages[0].reason
    assert len(server.delivered) == 2


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "goes"),
    [
        ("", "2026-11-02", True),
        ("", "2026-11-01", False),
        ("2026-11-02", "", True),
        ("2026-11-03", "", False),
        ("", "", True),
    ],
)
def test_a_recipient_is_one_from_the_first_day_to_the_last(
    ready: SmallSite, server: MailServer, clock: Clock, valid_from: str, valid_to: str, goes: bool
) -> None:
    ready.recipients(
        [
            ("Y90001", address("Y90001"), valid_from, valid_to),
            ("Y90001", address("Y90001", "always"), "", ""),
        ]
    )
    approve(ready, clock)
    done = send(ready, clock)
    assert len(server.to(address("Y90001"))) == int(goes)
    assert len(server.to(address("Y90001", "always"))) == 1
    [told] = [each for each in done.messages if each.recipient == address("Y90001")]
    assert told.state == ("sent" if goes else "by_date")


def test_the_day_is_that_of_england(ready: SmallSite, server: MailServer, clock: Clock) -> None:
    """Half past midnight of 1 July in England is 30 June in UTC: who left on 30 June is gone."""
    clock.time = datetime(2027, 6, 30, 23, 30, tzinfo=UTC)
    ready.recipients(
        [
            ("Y90001", address("Y90001"), "", "2027-06-30"),
            ("Y90001", address("Y90001", "successor"), "2027-07-01", ""),
        ]
    )
    approve(ready, clock)
    send(ready, clock)
    assert [taken.recipient for taken in server.delivered] == [address("Y90001", "successor")]


def test_a_recipient_who_expires_between_approval_and_sending(
    ready: SmallSite, server: MailServer, clock: Clock
) -> None:
    ready.recipients([("Y90001", address("Y90001"), "", "2026-11-02")])
    approve(ready, clock)
    clock.forward(days=1)
    done = send(ready, clock)
    assert server.delivered == []
    assert done.messages[0].reason == f"{address('Y90001')} was a recipient until 2026-11-02."
    assert ("Y90001", done.messages[0].reason) in audited(ready)
    assert not done.complete  # the practice has nobody now


def test_one_who_expires_while_the_server_puts_off_is_withdrawn(
    ready: SmallSite, server: MailServer, clock: Clock
) -> None:
    ready.recipients([("Y90001", address("Y90001"), "", "2026-11-02")])
    server.faults[address("Y90001")] = [Fault.GREYLIST]
    approve(ready, clock)
    assert send(ready, clock).messages[0].state == "failed"
    clock.forward(days=1)
    send(ready, clock)
    [message] = sending.listed(ready.load(), COMMISSIONER, clock=clock)
    assert message.withdrawn == f"{address('Y90001')} was a recipient until 2026-11-02."
    assert server.delivered == []


def test_a_practice_without_recipients_is_told(
    ready: SmallSite, server: MailServer, clock: Clock
) -> None:
    ready.recipients([("Y90001", address("Y90001"), "", "")])
    assert [each.outcome for each in approve(ready, clock)] == ["approved", "refused", "refused"]
    done = send(ready, clock)
    assert "Nobody may be sent the statement of Y90002 on 2026-11-02" in refused(done)["Y90002"]


@pytest.mark.parametrize(
    ("phrases", "reason"),
    [
        ({"Y90002": None}, "There is no passphrase of Y90002."),
        ({"Y90002": "eleven char"}, "has fewer than 12 characters"),
        ({"Y90002": "aaaabbbbaaaabbbb"}, "has fewer than 5 different characters"),
        ({"Y90002": "the y90002 practice"}, "holds the practice's own code or name"),
        ({"Y90002": "019283746519"}, "has digits alone"),
        ({"Y90002": "coppercopper"}, "is one piece over and over"),
        ({"Y90002": "our Password of May"}, "holds what guessers try first"),
        ({"Y90002": "abcdefghijklm."}, "holds what guessers try first"),
        ({"Y90002": "copper kettle sings "}, "begins or ends with a space"),
        ({"Y90002": "copper kettle\tsings"}, "holds a character that nobody can type"),
        ({"Y90002": "k3ttle " * 40 + "end"}, "has more than 255 characters"),
    ],
    ids=[
        *("missing", "short", "few", "code", "digits", "repeated", "word", "alphabet"),
        *("space", "tab", "long"),
    ],
)
def test_a_passphrase_that_will_not_do_stops_its_practice_alone(
    ready: SmallSite,
    server: MailServer,
    clock: Clock,
    phrases: dict[str, str | None],
    reason: str,
) -> None:
    held = {code: passphrase(code) for code in PRACTICES} | phrases
    ready.passphrases({code: phrase for code, phrase in held.items() if phrase is not None})
    approve(ready, clock)
    done = send(ready, clock)
    assert [taken.recipient for taken in server.delivered] == [address("Y90001"), address("Y90003")]
    assert reason in refused(done)["Y90002"]
    assert_told_nowhere(ready, [phrase for phrase in held.values() if phrase])


def test_a_passphrase_that_holds_the_practice_s_name_will_not_do() -> None:
    with pytest.raises(Refusal, match="holds the practice's own code or name"):
        passphrases.passphrase_of("Y90001", "Elm Tree Surgery", {"Y90001": "our elm tree surgery"})


def test_a_passphrase_shared_by_two_practices_stops_both(
    ready: SmallSite, server: MailServer, clock: Clock
) -> None:
    shared = "the same brass kettle"
    ready.passphrases({"Y90001": shared, "Y90002": passphrase("Y90002"), "Y90003": shared.upper()})
    approve(ready, clock)
    done = send(ready, clock)
    assert [taken.recipient for taken in server.delivered] == [address("Y90002")]
    assert "Y90001 has the same passphrase as Y90003" in refused(done)["Y90001"]
    assert "Y90003 has the same passphrase as Y90001" in refused(done)["Y90003"]
    assert_told_nowhere(ready, [shared, shared.upper()])


def assert_told_nowhere(site: SmallSite, phrases: list[str]) -> None:
    """No passphrase stands in any file of the site: books, audit, sealed files, locks."""
    for file in site.directory.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert [phrase for phrase in phrases if phrase.encode() in content] == [], file


def test_a_passphrase_changed_before_a_retry_seals_anew(
    ready: SmallSite, server: MailServer, clock: Clock
) -> None:
    import io

    import msoffcrypto

    approve(ready, clock)
    server.faults[address("Y90001")] = [Fault.GREYLIST]
    send(ready, clock)
    held = {code: passphrase(code) for code in PRACTICES}
    ready.passphrases(held | {"Y90001": "a better one, agreed today"})
    clock.forward(days=1)
    assert send(ready, clock).complete
    [taken] = server.to(address("Y90001"))
    book = msoffcrypto.OfficeFile(io.BytesIO(list(taken.files().values())[2]))
    book.load_key(password="a better one, agreed today", verify_password=True)


def test_a_message_over_the_limit_is_never_queued(
    ready: SmallSite, server: MailServer, clock: Clock
) -> None:
    ready.delivery["maximum_megabytes"] = 0.02
    approve(ready, clock)
    done = send(ready, clock)
    assert server.delivered == []
    assert "megabytes, more than 0.02 (delivery.maximum_megabytes" in refused(done)["Y90001"]
    assert sending.listed(ready.load(), COMMISSIONER) == []


def test_delivery_is_off_unless_it_is_switched_on(ready: SmallSite, clock: Clock) -> None:
    approve(ready, clock)
    del ready.delivery["enabled"]
    with pytest.raises(UsageError, match="Delivery is switched off: nothing is sent"):
        send(ready, clock)


@pytest.mark.parametrize(
    ("statuses", "goes"),
    [
        (dict.fromkeys(GATES, "passed"), True),
        ({**dict.fromkeys(GATES, "passed"), "charges": "warning"}, False),
        ({**dict.fromkeys(GATES, "passed"), "feed": "failed"}, False),
        (dict.fromkeys(GATES[1:], "passed"), False),
        ({}, False),
    ],
    ids=["passed", "warning", "failed", "one_missing", "none"],
)
def test_approval_by_itself_only_where_every_gate_passed(
    ready: SmallSite, server: MailServer, clock: Clock, statuses: dict[str, str], goes: bool
) -> None:
    ready.delivery["auto_approve"] = True
    ready.gates(**statuses)
    done = send(ready, clock)
    assert len(server.delivered) == (3 if goes else 0)
    assert done.complete == goes
    if goes:
        entries = audit.entries(ready.load(), COMMISSIONER)
        assert [each.who for each in entries if each.what == "approved"] == ["auto_approve"] * 3


def test_approval_by_itself_is_of_the_revision_that_the_gates_judged(
    ready: SmallSite, server: MailServer, clock: Clock
) -> None:
    """Revision 1 had a warning; a person approved Y90001 alone. Revision 2 of it has none."""
    ready.delivery["auto_approve"] = True
    ready.gates(**{**dict.fromkeys(GATES, "passed"), "charges": "warning"})
    approving.approve(ready.load(), COMMISSIONER, PERIOD, ["Y90001"], who="a person", clock=clock)
    send(ready, clock)
    revise(ready, "Y90001")
    second = package.read_run(ready.folder)
    passed = tuple(each.model_copy(update={"status": "passed"}) for each in second.gates)
    package.write_run(ready.folder.with_name("r2"), second.model_copy(update={"gates": passed}))
    done = send(ready, clock)
    assert [taken.message["Subject"] for taken in server.delivered] == [
        "Budget statement Y90001 2004-09 r1",
        "Budget statement Y90001 2004-09 r2",
    ]
    assert refused(done) == {
        code: f"5XA/2004-09/{code}/r1 is not approved." for code in ("Y90002", "Y90003")
    }


def test_approval_by_itself_does_not_overrule_a_person_nor_new_recipients(
    ready: SmallSite, server: MailServer, clock: Clock
) -> None:
    ready.delivery["auto_approve"] = True
    approving.reject(ready.load(), COMMISSIONER, PERIOD, ["Y90001"], who="a person", clock=clock)
    server.faults[address("Y90002")] = [Fault.GREYLIST]
    send(ready, clock)
    ready.recipients([(code, address("Y90003"), "", "") for code in PRACTICES])
    clock.forward(days=1)
    done = send(ready, clock)
    assert [taken.recipient for taken in server.delivered] == [address("Y90003")]
    assert "was rejected by a person" in refused(done)["Y90001"]
    assert "recipients.csv have changed since auto_approve approved" in refused(done)["Y90002"]


def test_a_close_under_way_stops_sending(
    ready: SmallSite, server: MailServer, clock: Clock
) -> None:
    approve(ready, clock)
    package.write_run(ready.folder, Run(stages=(StageTiming(stage="episodes", seconds=1.0),)))
    with pytest.raises(UsageError, match="A close of 2004-09 is under way"):
        send(ready, clock)


def test_a_close_that_begins_between_reading_and_claiming_stops_it(
    ready: SmallSite, server: MailServer, clock: Clock
) -> None:
    approve(ready, clock)

    def close_begins(point: str) -> None:
        if point == "ehlo":
            package.write_run(ready.folder, Run(stages=(StageTiming(stage="episodes", seconds=1),)))

    server.at = close_begins
    done = send(ready, clock)
    assert server.delivered == []
    assert "2004-09 is being closed again" in refused(done)["Y90001"]
    assert not delivery.is_issued(ready.load(), COMMISSIONER, PERIOD, 1)


def test_what_a_person_rejects_is_taken_back_and_goes_once_approved_again(
    ready: SmallSite, server: MailServer, clock: Clock
) -> None:
    approve(ready, clock)
    server.faults[address("Y90002")] = [Fault.GREYLIST]
    send(ready, clock)
    approving.reject(ready.load(), COMMISSIONER, PERIOD, who="a person", clock=clock)
    told = {
        each.recipient: each.withdrawn or each.state
        for each in sending.listed(ready.load(), COMMISSIONER)
    }
    assert told == {
        address("Y90001"): "sent",
        address("Y90002"): "rejected by a person",
        address("Y90003"): "sent",
    }
    approve(ready, clock)
    assert send(ready, clock).complete
    assert len(server.to(address("Y90002"))) == 1


def test_a_later_revision_takes_the_place_of_what_never_left(
    ready: SmallSite, server: MailServer, clock: Clock
) -> None:
    approve(ready, clock)
    server.faults[address("Y90002")] = [Fault.GREYLIST]
    server.faults[address("Y90003")] = [Fault.DROP_BEFORE_REPLY]
    send(ready, clock)
    revise(ready)
    clock.forward(days=1)
    done = send(ready, clock)
    assert done.revision == 2
    assert {each.reason for each in done.messages} == {
        f"5XA/2004-09/{code}/r2 is not approved." for code in PRACTICES
    }
    approve(ready, clock)
    assert send(ready, clock).complete
    told = {
        (each.recipient, each.revision): "withdrawn" if each.withdrawn else each.state
        for each in sending.listed(ready.load(), COMMISSIONER)
    }
    assert told == {
        (address("Y90001"), 1): "sent",
        (address("Y90002"), 1): "withdrawn",
        (address("Y90003"), 1): "unknown",
        **{(address(code), 2): "sent" for code in PRACTICES},
    }
    assert len(server.to(address("Y90002"))) == 1


def test_a_statement_that_a_revision_does_not_touch_still_goes(
    ready: SmallSite, server: MailServer, clock: Clock
) -> None:
    """Revision 2 is of Y90001 alone: it takes no other practice's statement away."""
    approve(ready, clock)
    approving.reject(ready.load(), COMMISSIONER, PERIOD, ["Y90003"], who="a person", clock=clock)
    server.faults[address("Y90002")] = [Fault.GREYLIST]
    send(ready, clock)
    assert [taken.recipient for taken in server.delivered] == [address("Y90001")]
    revise(ready, "Y90001")
    clock.forward(days=1)

    done = send(ready, clock)
    assert refused(done) == {
        "Y90001": "5XA/2004-09/Y90001/r2 is not approved.",
        "Y90003": refused(done)["Y90003"],
    }
    assert "5XA/2004-09/Y90003/r1 was rejected by a person" in refused(done)["Y90003"]
    [late] = server.to(address("Y90002"))
    assert late.message["Subject"] == "Budget statement Y90002 2004-09 r1"

    assert {each.statement_number for each in approve(ready, clock)} == {
        "5XA/2004-09/Y90001/r2",
        "5XA/2004-09/Y90002/r1",
        "5XA/2004-09/Y90003/r1",
    }
    assert send(ready, clock).complete
    subjects = [taken.message["Subject"] for taken in server.delivered]
    assert subjects == [
        "Budget statement Y90001 2004-09 r1",
        "Budget statement Y90002 2004-09 r1",
        "Budget statement Y90001 2004-09 r2",
        "Budget statement Y90003 2004-09 r1",
    ]


def test_the_question_and_the_summary_are_of_every_practice_s_last_statement(
    ready: SmallSite, server: MailServer, clock: Clock
) -> None:
    approve(ready, clock)
    server.faults[address("Y90002")] = [Fault.GREYLIST]
    send(ready, clock)
    revise(ready, "Y90001")
    asked = review.question(ready.load(), COMMISSIONER, PERIOD).body
    assert "1 statement of **2004-09**, revision 2, of East Moor, to 1 recipient." in asked
    assert "1 statement of **2004-09**, revision 1, of East Moor, to 1 recipient." in asked
    assert "They were not sent before it was revised." in asked
    told = review.summary(ready.load(), COMMISSIONER, PERIOD)
    assert not told.settled
    assert told.text == (
        "2004-09 of 5XA, revision 2: 2 approved, 1 sent, 1 failed, "
        "1 without a message (see 'pbc audit')."
    )


def test_what_is_put_aside_is_no_statement_any_more(
    ready: SmallSite, server: MailServer, clock: Clock
) -> None:
    """Closed again before issue, the month has two practices: the third's message is taken back."""
    approve(ready, clock)
    for code in PRACTICES:
        server.faults[address(code)] = [Fault.GREYLIST]
    send(ready, clock)
    manifest = package.read_manifest(ready.folder)
    package.write_manifest(
        ready.folder,
        manifest.model_copy(update={"practices": manifest.practices[:2]}),
    )
    clock.forward(days=1)
    send(ready, clock)
    assert [taken.recipient for taken in server.delivered] == [address("Y90001"), address("Y90002")]
    kept = {each.recipient: each for each in sending.listed(ready.load(), COMMISSIONER)}
    assert kept[address("Y90003")].withdrawn == (
        "the practice has no statement of the month any more"
    )


@pytest.mark.parametrize("gate", GATES)
def test_nothing_leaves_where_a_gate_stopped_the_close(
    ready: SmallSite, server: MailServer, clock: Clock, gate: str
) -> None:
    """Documents of an earlier close of the month lie there, approved, and are not sent."""
    approve(ready, clock)
    failed = GateRun.model_validate({"gate": gate, "status": "failed", "checks": ()})
    write_atomically(ready.folder.parent / "gates" / f"{gate}.json", package.canonical_json(failed))
    for attempt in (approve, send):
        with pytest.raises(ControlFailure, match=f"The gate {gate} stopped 2004-09"):
            attempt(ready, clock)
    assert server.delivered == []

    # A site whose gates report and stop nothing sends what a person approves.
    (ready.directory / "site.toml").open("a").write("\n[gates]\nenforce = false\n")
    assert sending.send(load_site(ready.directory), COMMISSIONER, PERIOD, clock=clock).complete


def revise(site: SmallSite, *practices: str) -> None:
    """Make revision 2 of practices, or of all, as a close with --revise and its rendering do."""
    publish_anew(site.folder, site.folder.with_name("r2"), COMMISSIONER, 2, practices or PRACTICES)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("practice_code,email\nY90001,a@b.example\n", "its columns are practice_code, email, not"),
        ("Y90001,not an address,m,,\n", "line 2: email is not one plain address"),
        ('Y90001,"a@nhs.net,b@nhs.net",m,,\n', "line 2: email is not one plain address"),
        ('Y90001,"a@nhs.net\nBcc: x@nhs.net",m,,\n', "email is not one plain address"),
        ("Y90001,Ann <a@nhs.net>,m,,\n", "line 2: email is not one plain address"),
        ("Y90001,x%evil.example@nhs.net,m,,\n", "line 2: email is not one plain address"),
        ("Y90001,evil.example!x@nhs.net,m,,\n", "line 2: email is not one plain address"),
        ('Y90001,"""x@evil.example"" @nhs.net",m,,\n', "line 2: email is not one plain address"),
        ("Y90001,a..b@nhs.net,m,,\n", "line 2: email is not one plain address"),
        ("Y90001,a@nh\u0455.net,m,,\n", "line 2: email is not one plain address"),
        ("Y90001,a@[127.0.0.1],m,,\n", "line 2: email is not one plain address"),
        ("Y90001,a@nhs.net,m,01/04/2004,\n", "line 2: valid_from is not a date"),
        ("Y90001,a@nhs.net,m,2004-05-01,2004-04-01\n", "line 2: valid_to is before valid_from"),
        ("practice 1,a@nhs.net,m,,\n", "line 2: practice_code is no code"),
        ("Y90001,a@nhs.net,m,\n", "line 2 has more or fewer than the 5 fields"),
    ],
)
def test_a_list_of_recipients_that_is_wrong_somewhere_sends_nothing(
    ready: SmallSite, server: MailServer, clock: Clock, text: str, says: str
) -> None:
    approve(ready, clock)
    head = (
        "" if text.startswith("practice_code") else "practice_code,email,role,valid_from,valid_to\n"
    )
    (ready.directory / "reference" / "recipients.csv").write_text(head + text)
    with pytest.raises(UsageError) as error:
        send(ready, clock)
    assert says in str(error.value)
    assert "recipients.csv" in str(error.value)
    assert server.delivered == []
