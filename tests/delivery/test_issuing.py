"""`pbc issue`: what left the house by other means is issued, is not sent, and is only revised."""

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.delivery.mail_server import Fault, MailServer
from tests.delivery.small_site import (
    COMMISSIONER,
    PERIOD,
    START,
    Clock,
    SmallSite,
    address,
    publish_anew,
)
from tests.pipeline_run import close, done, export, land, pbc
from tests.site_builder import SiteBuilder, episode_row
from transforms import delivery, package, warehouse
from transforms.delivery import approving, audit, books, issuing, outbox, published, review, sending
from transforms.delivery.issuing import Marked
from transforms.delivery.refusals import Refusal
from transforms.delivery.sending import Delivery
from transforms.package import Run, StageTiming
from transforms.site import load_site

MONTH = str(PERIOD)
POSTED = "printed and posted"
PRACTICES = ("Y90001", "Y90002", "Y90003")


def number(practice: str) -> str:
    return f"{COMMISSIONER}/{MONTH}/{practice}/r1"


def approve(site: SmallSite, clock: Clock) -> None:
    approving.approve(site.load(), COMMISSIONER, PERIOD, who="an accountant", clock=clock)


def mark(site: SmallSite, clock: Clock, *practices: str) -> list[Marked]:
    return issuing.mark(
        site.load(), COMMISSIONER, PERIOD, practices or None, how=POSTED, who="Ann", clock=clock
    )


def send(site: SmallSite, clock: Clock) -> Delivery:
    return sending.send(site.load(), COMMISSIONER, PERIOD, clock=clock)


def states(done: Delivery) -> list[tuple[str, str, str]]:
    return [(each.practice, each.recipient, each.state) for each in done.messages]


def standing(site: SmallSite) -> dict[str, str]:
    """Of each recipient why its message is withdrawn, or the state that it is in."""
    return {
        each.recipient: each.withdrawn or each.state
        for each in sending.listed(site.load(), COMMISSIONER)
    }


def test_a_month_by_command(site: SmallSite) -> None:
    """Practices named, then the rest; what is marked already stays as it was, and says so."""
    site.load()
    first = pbc(site.directory, "issue", MONTH, "Y90002", "--how", f"  {POSTED} ", "--json")
    assert first.exit_code == 0
    marked = {"practice": "Y90002", "statement_number": number("Y90002")}
    assert json.loads(first.stdout) == {
        "statements": [{**marked, "outcome": "marked", "reason": "", "withdrawn": []}]
    }
    rest = pbc(site.directory, "issue", MONTH, "--how", "handed over")
    assert rest.exit_code == 0
    assert "already marked" in rest.output
    assert f"{number('Y90002')}: It was marked before: {POSTED}." in rest.output

    entries = audit.entries(site.load(), COMMISSIONER)
    assert [(each.who, each.what, each.statement_number, each.detail) for each in entries] == [
        (audit.this_user(), "marked issued", number("Y90002"), POSTED),
        (audit.this_user(), "marked issued", number("Y90001"), "handed over"),
        (audit.this_user(), "marked issued", number("Y90003"), "handed over"),
    ]
    month = published.month(site.load(), COMMISSIONER, PERIOD)
    assert json.loads(entries[0].hashes) == published.read(month.last, "Y90002").sha256

    again = pbc(site.directory, "issue", MONTH, "--how", "by hand", "--json")
    assert again.exit_code == 0
    assert {each["outcome"] for each in json.loads(again.stdout)["statements"]} == {
        "already marked"
    }
    assert audit.entries(site.load(), COMMISSIONER) == entries


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((MONTH, "Y90001", "Y99999", "--how", POSTED), "has no statement of Y99999; it has Y90001"),
        (("2004-10", "--how", POSTED), "2004-10 of 5XA has no package"),
        ((MONTH,), "--how"),
        ((MONTH, "--how", " "), "one line of 1 to 200 characters"),
        ((MONTH, "--how", 201 * "x"), "one line of 1 to 200 characters"),
        ((MONTH, "--how", "printed\nand posted"), "one line of 1 to 200 characters"),
    ],
)
def test_usage_that_is_wrong_marks_nothing(
    site: SmallSite, arguments: tuple[str, ...], says: str
) -> None:
    site.load()
    told = pbc(site.directory, "issue", *arguments)
    assert told.exit_code == 2
    assert says in told.output
    assert not delivery.is_issued(site.load(), COMMISSIONER, PERIOD, 1)


def test_200_characters_will_do(site: SmallSite) -> None:
    site.load()
    done(site.directory, "issue", MONTH, "--how", 200 * "x")


def _unrendered(site: SmallSite) -> None:
    (site.folder / package.DOCUMENTS_FILE).unlink()


def _under_way(site: SmallSite) -> None:
    package.write_run(site.folder, Run(stages=(StageTiming(stage="episodes", seconds=1.0),)))


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (_unrendered, "is not rendered. Run 'pbc render 2004-09' first."),
        (_under_way, "A close of 2004-09 is under way"),
    ],
)
def test_a_month_that_is_not_closed_or_not_rendered(
    site: SmallSite, spoil: Callable[[SmallSite], None], says: str
) -> None:
    spoil(site)
    site.load()
    told = pbc(site.directory, "issue", MONTH, "--how", POSTED)
    assert told.exit_code == 2
    assert says in " ".join(told.output.split())
    assert not delivery.is_issued(site.load(), COMMISSIONER, PERIOD, 1)


def test_a_statement_whose_files_were_altered_is_refused_alone(site: SmallSite) -> None:
    """Which statement it was that left would not be known."""
    page = site.file("Y90001", "html")
    page.write_text(page.read_text() + " ")
    site.load()
    told = pbc(site.directory, "issue", MONTH, "--how", POSTED, "--json")
    assert told.exit_code == 1
    statements = json.loads(told.stdout)["statements"]
    assert [each["outcome"] for each in statements] == ["refused", "marked", "marked"]
    assert f"Y90001/{page.name} is not the file that was made" in statements[0]["reason"]
    [refused] = [
        each for each in audit.entries(site.load(), COMMISSIONER) if each.what == "refused"
    ]
    assert (refused.practice_code, refused.detail) == ("Y90001", statements[0]["reason"])


def test_a_close_that_begins_after_the_packages_were_read_stops_it(
    site: SmallSite, clock: Clock, capfd: pytest.CaptureFixture[str]
) -> None:
    """Who marks waits for the close's stage to end, and then finds what it has done."""
    loaded, found = site.load(), list[Marked]()
    lock = loaded.warehouse(COMMISSIONER).with_suffix(".lock")
    marking = threading.Thread(target=lambda: found.extend(mark(site, clock, "Y90001")))
    with warehouse.lock(lock, "closing 2004-09"):
        marking.start()
        told, until = "", time.monotonic() + 30
        while "Waiting for 'closing 2004-09'" not in told and time.monotonic() < until:
            told += capfd.readouterr().err
            time.sleep(0.01)
        _under_way(site)
    marking.join()
    assert [each.outcome for each in found] == ["refused"]
    assert "2004-09 is being closed again" in found[0].reason
    assert not delivery.is_issued(loaded, COMMISSIONER, PERIOD, 1)


def test_what_is_marked_before_it_is_sent_is_not_sent(
    ready: SmallSite, server: MailServer, clock: Clock, tmp_path: Path
) -> None:
    """`send` goes on with the others, is complete, and says why; so does a dry run."""
    approve(ready, clock)
    mark(ready, clock, "Y90002")
    out = tmp_path / "eml"
    looked = sending.dry_run(ready.load(), COMMISSIONER, PERIOD, out=out, clock=clock)
    assert looked.complete
    assert [file.name for file in sorted(out.iterdir())] == [
        f"5XA_2004-09_{code}_r1_message_1.eml" for code in ("Y90001", "Y90003")
    ]
    sent = send(ready, clock)
    assert sent.complete
    assert states(sent) == [
        ("Y90001", address("Y90001"), "sent"),
        ("Y90002", "", "marked"),
        ("Y90003", address("Y90003"), "sent"),
    ]
    assert sent.messages[1].reason == f"marked as issued: {POSTED}"
    assert set(standing(ready)) == {address("Y90001"), address("Y90003")}
    told = pbc(ready.directory, "send", MONTH)
    assert told.exit_code == 0
    assert f"{number('Y90002')}: marked as issued: {POSTED}" in told.output


def test_a_message_that_waits_is_withdrawn(
    ready: SmallSite, server: MailServer, clock: Clock
) -> None:
    approve(ready, clock)
    server.faults[address("Y90002")] = [Fault.GREYLIST]
    send(ready, clock)
    told = pbc(ready.directory, "issue", MONTH, "Y90002", "--how", POSTED)
    assert told.exit_code == 0
    assert f"the message that waited for {address('Y90002')} is withdrawn" in " ".join(
        told.output.split()
    )
    clock.forward(days=1)
    assert send(ready, clock).complete
    assert server.to(address("Y90002")) == []
    assert standing(ready) == {
        address("Y90001"): "sent",
        address("Y90002"): f"marked as issued: {POSTED}",
        address("Y90003"): "sent",
    }
    [withdrawn] = [
        each for each in audit.entries(ready.load(), COMMISSIONER) if each.what == "withdrawn"
    ]
    assert (withdrawn.recipient, withdrawn.who) == (address("Y90002"), audit.this_user())


def test_what_was_sent_stays_sent_and_what_is_unknown_waits_for_a_person(
    ready: SmallSite, server: MailServer, clock: Clock
) -> None:
    """Found not to have gone, the unknown one is queued, and then withdrawn instead of sent."""
    approve(ready, clock)
    server.faults[address("Y90002")] = [Fault.DROP_BEFORE_REPLY]
    send(ready, clock)
    before = len(server.to(address("Y90002")))
    assert [each.withdrawn for each in mark(ready, clock)] == [(), (), ()]
    assert standing(ready)[address("Y90002")] == "unknown"
    assert not send(ready, clock).complete
    [unknown] = [
        each.message_id
        for each in sending.listed(ready.load(), COMMISSIONER)
        if each.state == "unknown"
    ]
    sending.resolve(ready.load(), COMMISSIONER, unknown, went=False, clock=clock)
    sent = send(ready, clock)
    assert sent.complete
    assert len(server.to(address("Y90002"))) == before
    assert standing(ready) == {
        address("Y90001"): "sent",
        address("Y90002"): f"marked as issued: {POSTED}",
        address("Y90003"): "sent",
    }


@pytest.mark.parametrize("alone", [False, True], ids=["by_command", "by_the_mark_alone"])
def test_one_that_is_marked_when_its_message_is_about_to_go_does_not_go(
    ready: SmallSite, server: MailServer, clock: Clock, alone: bool
) -> None:
    """The claim looks at the mark itself, whether or not the message was withdrawn by then."""
    approve(ready, clock)

    def marks(point: str) -> None:
        if point != "ehlo":
            return
        server.at = None
        if not alone:
            mark(ready, clock, "Y90001")
            return
        with books.open_books(ready.load(), COMMISSIONER) as connection:
            books.mark_issued(connection, number("Y90001"), PERIOD, 1, POSTED)

    server.at = marks
    send(ready, clock)
    assert [taken.recipient for taken in server.delivered] == [address("Y90002"), address("Y90003")]
    assert send(ready, clock).complete
    assert standing(ready)[address("Y90001")] == f"marked as issued: {POSTED}"


def test_no_message_of_it_is_queued_any_more(site: SmallSite, clock: Clock) -> None:
    mark(site, clock, "Y90001")
    with (
        books.open_books(site.load(), COMMISSIONER) as connection,
        pytest.raises(Refusal, match=f"{number('Y90001')} is marked as issued: {POSTED}"),
    ):
        outbox.queue(
            connection,
            statement_number=number("Y90001"),
            recipient=address("Y90001"),
            practice_code="Y90001",
            period=MONTH,
            revision=1,
            approval_id=1,
            attachments=(),
            message_id="<a@b>",
            at=START,
            who="Ann",
        )


def test_the_question_the_summary_and_the_status_tell_it(
    ready: SmallSite, server: MailServer, clock: Clock
) -> None:
    approve(ready, clock)
    mark(ready, clock, "Y90002")
    asked = review.question(ready.load(), COMMISSIONER, PERIOD).body
    assert "2 statements of **2004-09**, revision 1, of East Moor, to 2 recipients." in asked
    assert "Marked as issued, so not sent: Y90002." in asked
    send(ready, clock)
    told = review.summary(ready.load(), COMMISSIONER, PERIOD)
    assert told.text == "2004-09 of 5XA, revision 1: 3 approved, 1 marked as issued, 2 sent."
    assert told.settled
    assert delivery.tally(ready.load(), COMMISSIONER, PERIOD, 1) == {
        "approved": 3,
        "marked": 1,
        "sent": 2,
    }


def test_a_revised_statement_is_another_and_goes(
    ready: SmallSite, server: MailServer, clock: Clock
) -> None:
    mark(ready, clock)
    publish_anew(ready.folder, ready.folder.with_name("r2"), COMMISSIONER, 2, ["Y90001"])
    approve(ready, clock)
    sent = send(ready, clock)
    assert [taken.message["Subject"] for taken in server.delivered] == [
        "Budget statement Y90001 2004-09 r2"
    ]
    assert states(sent)[1:] == [("Y90002", "", "marked"), ("Y90003", "", "marked")]


def test_a_month_that_was_marked_is_only_revised(tmp_path: Path) -> None:
    """By command from the feed on: to close it again is refused, to revise it is not."""
    builder = SiteBuilder(tmp_path)
    builder.setting("gates", enforce=False)
    for hrg, price in (("H01", "1000"), ("H02", "2000")):
        builder.tariff(hrg, elective_price=price)
    builder.interchange([episode_row(1, hrg_code="H01")])
    land(builder.write())
    close(tmp_path, "2004-04")
    unrendered = pbc(tmp_path, "issue", "2004-04", "--how", POSTED)
    assert unrendered.exit_code == 2
    assert "is not rendered" in unrendered.output
    done(tmp_path, "render", "2004-04")
    done(tmp_path, "issue", "2004-04", "--how", POSTED)
    [month] = json.loads(done(tmp_path, "status", "--json").stdout)["5XA"]["closed"]
    assert (month["issued"], month["marked"]) == (True, 1)
    assert "1 by hand" in done(tmp_path, "status").output

    late = "2004-05-03T12:00:00"
    builder.interchange([episode_row(1, hrg_code="H02", cds_applicable_datetime=late)])
    land(builder.write())
    refused = pbc(tmp_path, "close", "2004-04")
    assert refused.exit_code == 1
    assert "Statements of 2004-04 are issued, so it cannot be closed again" in refused.output
    close(tmp_path, "2004-04", revise=True)
    assert {
        (row["revision"], row["kind"], row["amount"])
        for row in export(tmp_path, "postings", "2004-04")
    } == {("1", "charge", "1000.00"), ("2", "credit", "-1000.00"), ("2", "charge", "2000.00")}
    done(tmp_path, "render", "2004-04")
    done(tmp_path, "issue", "2004-04", "Y90001", "--how", POSTED)
    assert [
        each.statement_number
        for each in audit.entries(load_site(tmp_path), COMMISSIONER)
        if each.what == "marked issued"
    ] == ["5XA/2004-04/Y90001/r1", "5XA/2004-04/Y90001/r2"]
