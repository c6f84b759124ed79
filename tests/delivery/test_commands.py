"""`pbc approve`, `send`, `outbox`, `audit` and `status`, as a person types them."""

import email
import email.policy
import json
from pathlib import Path

from tests.delivery.mail_server import Fault, MailServer
from tests.delivery.small_site import PERIOD, SmallSite, address, passphrase
from tests.pipeline_run import pbc

MONTH = str(PERIOD)


def test_a_month_by_command(ready: SmallSite, server: MailServer) -> None:
    ready.load()
    refused = pbc(ready.directory, "send", MONTH, "--json")
    assert refused.exit_code == 1
    assert "is not approved" in refused.output

    approved = pbc(ready.directory, "approve", MONTH, "Y90001", "Y90002", "--json")
    assert approved.exit_code == 0
    assert [each["outcome"] for each in json.loads(approved.output)["statements"]] == [
        "approved",
        "approved",
    ]
    server.faults[address("Y90002")] = [Fault.DROP_BEFORE_REPLY]
    sent = pbc(ready.directory, "send", MONTH, "Y90001", "Y90002", "--json")
    assert sent.exit_code == 1
    states = {each["recipient"]: each["state"] for each in json.loads(sent.output)["messages"]}
    assert states == {address("Y90001"): "sent", address("Y90002"): "unknown"}

    outbox = json.loads(pbc(ready.directory, "outbox", MONTH, "--json").output)["messages"]
    [unknown] = [each["message_id"] for each in outbox if each["state"] == "unknown"]
    resolved = pbc(ready.directory, "outbox", "--resolve", unknown, "--as", "sent")
    assert resolved.exit_code == 0
    assert pbc(ready.directory, "send", MONTH, "Y90001", "Y90002").exit_code == 0
    assert len(server.delivered) == 2
    assert json.loads(pbc(ready.directory, "audit", "--json").output)["entries"]


def test_a_dry_run_writes_what_would_go_and_issues_nothing(
    ready: SmallSite, server: MailServer, tmp_path: Path
) -> None:
    ready.delivery["enabled"] = False
    ready.load()
    told = pbc(ready.directory, "send", MONTH, "--dry-run", "--out", str(tmp_path / "eml"))
    assert told.exit_code == 0
    files = sorted((tmp_path / "eml").iterdir())
    assert [file.name for file in files] == [
        f"5XA_2004-09_{code}_r1_message_1.eml" for code in ("Y90001", "Y90002", "Y90003")
    ]
    message = email.message_from_bytes(files[0].read_bytes(), policy=email.policy.SMTP)
    assert message["To"] == address("Y90001")
    assert files[0].stat().st_mode & 0o777 == 0o600
    assert server.delivered == []
    assert pbc(ready.directory, "outbox").output.strip() == "The outbox is empty."

    # Again, when two practices have nobody any more: what lies there is what would go now.
    ready.recipients([("Y90001", address("Y90001"), "", "")])
    told = pbc(ready.directory, "send", MONTH, "--dry-run", "--out", str(tmp_path / "eml"))
    assert told.exit_code == 1
    assert list((tmp_path / "eml").iterdir()) == files[:1]


def test_usage_that_is_wrong_is_told(ready: SmallSite) -> None:
    ready.load()
    for arguments, says in (
        (("send", "2004-10"), "2004-10 of 5XA has no package to send"),
        (("send", MONTH, "Y99999"), "2004-09 has no statement of Y99999; it has Y90001"),
        (("approve", MONTH, "Y99999"), "2004-09 has no statement of Y99999"),
        (("send", MONTH, "--out", "x"), "--out goes with --dry-run"),
        (("outbox", "--resolve", "<a@b>"), "--resolve MESSAGE-ID and --as"),
        (("outbox", "--resolve", "<a@b>", "--as", "sent"), "No message has the Message-ID <a@b>"),
    ):
        told = pbc(ready.directory, *arguments)
        assert told.exit_code == 2, told
        assert says in told.output


def test_an_approval_shows_to_whom_it_would_go(ready: SmallSite) -> None:
    ready.load()
    told = pbc(ready.directory, "approve", MONTH, "--json")
    statements = json.loads(told.output)["statements"]
    assert [each["recipients"] for each in statements] == [
        [address(code)] for code in ("Y90001", "Y90002", "Y90003")
    ]
    rejected = pbc(ready.directory, "approve", MONTH, "Y90001", "--reject", "--json")
    assert json.loads(rejected.output)["statements"][0]["outcome"] == "rejected"


def test_nothing_that_is_printed_holds_a_passphrase(ready: SmallSite, server: MailServer) -> None:
    ready.passphrases(dict.fromkeys(("Y90001", "Y90002"), "the same for all"))
    ready.load()
    printed = "".join(
        pbc(ready.directory, *arguments).output
        for arguments in (
            ("approve", MONTH),
            ("send", MONTH),
            ("send", MONTH, "--dry-run"),
            ("outbox", "--json"),
            ("audit",),
        )
    )
    assert "has the same passphrase as" in printed
    assert "the same for all" not in printed
    assert passphrase("Y90003") not in printed
