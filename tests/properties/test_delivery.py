"""Whatever a mail server does, in whatever order: over 1,000 messages none goes twice, none to a
wrong address, and none is lost without a state that says so.

Each round draws what goes wrong with every message, attempt by attempt, and what a person says of
what is unknown; the messages go through a real server, sealed and checked as always.
"""

import random
from pathlib import Path

import pytest

from tests.delivery import small_site
from tests.delivery.conftest import write_certificate
from tests.delivery.mail_server import (
    CERTAIN,
    DOUBTFUL,
    FINAL,
    GOES_ALL_THE_SAME,
    PASSING,
    Fault,
    MailServer,
)
from tests.delivery.small_site import COMMISSIONER, PERIOD, Clock, address
from transforms.delivery import approving, audit, sending

PRACTICES = [f"Y9{number:04}" for number in range(1, 11)]
RECIPIENTS = 100
SLOW = {Fault.SLOW_BEFORE_DATA, Fault.SLOW_AFTER_DATA}  # tested one by one: each waits for seconds
FAULTS = sorted(set(Fault) - SLOW, key=lambda fault: fault.value)
SEEDS = (1,)


def drawn(chance: random.Random) -> list[Fault]:
    """What goes wrong with a message, attempt by attempt; most have nothing."""
    faults = []
    while chance.random() < 0.35:
        faults.append(chance.choice(FAULTS))
    return faults


def outcome(faults: list[Fault], retries: int) -> tuple[str, int]:
    """The state a message must end in without a person's word, and how often it must have gone."""
    for attempt, fault in enumerate([*faults, Fault.NONE]):
        if fault in CERTAIN:
            return "sent", 1
        if fault in DOUBTFUL:
            return "unknown", int(fault in GOES_ALL_THE_SAME)
        if fault in FINAL or attempt == retries:
            return "failed", 0
        assert fault in PASSING
    raise AssertionError("the last attempt meets no fault")


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_random_faults_over_a_thousand_messages(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    site, clock = small_site.make(tmp_path, PRACTICES), Clock()
    everyone = {
        address(code, f"person{number:03}"): code
        for code in PRACTICES
        for number in range(RECIPIENTS)
    }
    site.recipients([(code, who, "", "") for who, code in everyone.items()])
    site.delivery["retry_minutes"] = [1, 1]
    # One workbook a practice is encrypted; without the page the messages are small.
    site.delivery["attach_page"] = False
    plan = {who: drawn(chance) for who in everyone}
    with MailServer(write_certificate(tmp_path / "mail.pem", "localhost")) as server:
        site.delivery["smtp"] = server.settings()
        for who, faults in plan.items():
            server.faults[who] = list(faults)
        loaded = site.load()
        approving.approve(loaded, COMMISSIONER, PERIOD, clock=clock)
        for _ in range(4):
            done = sending.send(loaded, COMMISSIONER, PERIOD, clock=clock)
            assert done.stopped == ""
            clock.forward(hours=1)

        found = {each.recipient: each for each in sending.listed(loaded, COMMISSIONER)}
        expected = {who: outcome(faults, 2) for who, faults in plan.items()}
        assert {who: found[who].state for who in everyone} == {
            who: state for who, (state, _) in expected.items()
        }
        assert {who: len(server.to(who)) for who in everyone} == {
            who: went for who, (_, went) in expected.items()
        }
        assert {state for state, _ in expected.values()} == {"sent", "failed", "unknown"}

        # A person finds out what became of the doubtful ones: then each has gone once, or failed.
        for who, message in found.items():
            if message.state == "unknown":
                server.faults[who] = []
                sending.resolve(
                    loaded,
                    COMMISSIONER,
                    message.message_id,
                    went=bool(expected[who][1]),
                    clock=clock,
                )
        sending.send(loaded, COMMISSIONER, PERIOD, clock=clock)
        for each in sending.listed(loaded, COMMISSIONER):
            assert len(server.to(each.recipient)) == int(each.state == "sent")
            assert each.state in ("sent", "failed")

    # Each to its practice's own address, with its practice's own files.
    for taken in server.delivered:
        code = everyone[taken.recipient]
        assert taken.message["To"] == taken.recipient
        pdf, sealed = taken.files().values()
        assert pdf == site.file(code, "pdf").read_bytes()
        kept = loaded.sealed(COMMISSIONER, PERIOD, 1) / code / site.file(code, "xlsx").name
        assert sealed == kept.read_bytes()
    assert audit.first_altered(audit.entries(loaded, COMMISSIONER)) is None
