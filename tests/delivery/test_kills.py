"""A sender killed with kill -9 at each point: no message twice, none lost without a state.

The sender is `pbc send` in a process of its own. It is killed by the mail server at the moment that
it reaches a point of the conversation.
"""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from tests.delivery.mail_server import MailServer
from tests.delivery.small_site import (
    COMMISSIONER,
    PERIOD,
    Clock,
    SmallSite,
    address,
    environment,
)
from transforms.delivery import approving, audit, sending

VICTIM = address("Y90001")
START = [sys.executable, "-c", "from transforms.cli import app; app()", "send", str(PERIOD)]


def begin(site: SmallSite) -> "subprocess.Popen[bytes]":
    approving.approve(site.load(), COMMISSIONER, PERIOD)
    return subprocess.Popen(
        START, env=environment(site), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


def kill_at(
    site: SmallSite, server: MailServer, point: str, before: Callable[[], None] | None = None
) -> None:
    """Run a sender that is killed when it reaches a point for the first time."""
    done: list[str] = []

    def kill(reached: str) -> None:
        if reached == point and not done:
            done.append(reached)
            if before is not None:
                before()
            os.kill(sender.pid, signal.SIGKILL)
            sender.wait()

    server.at = kill
    sender = begin(site)
    output, _ = sender.communicate(timeout=300)
    server.at = None
    assert sender.returncode == -signal.SIGKILL, output.decode()
    assert done == [point]


def states(site: SmallSite) -> dict[str, str]:
    return {each.recipient: each.state for each in sending.listed(site.load(), COMMISSIONER)}


@pytest.mark.parametrize(
    ("point", "state"),
    [
        ("ehlo", "queued"),  # before it is claimed
        ("mail", "unknown"),
        ("rcpt", "unknown"),
        ("data", "unknown"),
        ("message", "unknown"),  # the server has it all, and has not taken it
        ("taken", "unknown"),  # the server has taken it, and not said so
    ],
)
def test_killed_at_a_point_of_the_conversation(
    ready: SmallSite, server: MailServer, clock: Clock, point: str, state: str
) -> None:
    kill_at(ready, server, point)
    assert states(ready)[VICTIM] == state
    # What the server had whole it may deliver, though nobody heard it say so.
    went = len(server.to(VICTIM))
    assert went == int(point in ("message", "taken"))

    clock.forward(days=1)
    sending.send(ready.load(), COMMISSIONER, PERIOD, clock=clock)
    assert states(ready) == {
        VICTIM: "sent" if state == "queued" else "unknown",
        address("Y90002"): "sent",
        address("Y90003"): "sent",
    }
    assert len(server.to(VICTIM)) == (1 if state == "queued" else went)
    assert audit.first_altered(audit.entries(ready.load(), COMMISSIONER)) is None
    assert not list((ready.directory / "delivery" / COMMISSIONER).glob("sender-*.lock"))


def test_killed_after_the_server_s_word_and_before_it_is_written_down(
    ready: SmallSite, server: MailServer, clock: Clock
) -> None:
    """The books are held by another, so that the sender hears 250 and cannot commit `sent`."""
    approving.approve(ready.load(), COMMISSIONER, PERIOD)
    books = ready.load().delivery(COMMISSIONER)
    holding: list[sqlite3.Connection] = []

    def hold(reached: str) -> None:
        if reached == "taken" and not holding:
            connection = sqlite3.connect(books, isolation_level=None, check_same_thread=False)
            connection.execute("begin immediate")
            holding.append(connection)

    server.at = hold
    sender = begin(ready)
    try:
        deadline = time.monotonic() + 300
        while not holding and sender.poll() is None and time.monotonic() < deadline:
            time.sleep(0.1)
        assert holding, sender.poll()
        # It has heard 250 by now, and waits for the books.
        time.sleep(2)
        assert sender.poll() is None
    finally:
        sender.kill()
        sender.communicate()
    server.at = None
    holding[0].execute("rollback")
    holding[0].close()

    assert len(server.to(VICTIM)) == 1
    assert states(ready)[VICTIM] == "unknown"
    sending.send(ready.load(), COMMISSIONER, PERIOD, clock=clock)
    assert states(ready)[VICTIM] == "unknown"
    assert [len(server.to(address(code))) for code in ("Y90001", "Y90002", "Y90003")] == [1, 1, 1]


def test_killed_while_it_encrypts_and_queues(ready: SmallSite, server: MailServer) -> None:
    """Killed a little later each time, from its start on, until it gets through."""
    finished = False
    for tenths in range(8, 200, 4):
        sender = begin(ready)
        try:
            sender.wait(timeout=tenths / 10)
            finished = True
        except subprocess.TimeoutExpired:
            sender.kill()
        sender.communicate()
        if finished:
            break
    assert finished
    for code in ("Y90001", "Y90002", "Y90003"):
        went, state = len(server.to(address(code))), states(ready)[address(code)]
        assert (state == "sent" and went == 1) or (state == "unknown" and went <= 1)
