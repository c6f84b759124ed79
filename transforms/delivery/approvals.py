"""Who approved which files of a statement for which recipients. The latest decision counts.

An approval is of what was there to be seen: should a file or a practice's recipients change after
it, it no longer holds.
"""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal

from transforms.delivery import audit, books
from transforms.delivery.books import written
from transforms.delivery.published import Revision
from transforms.delivery.recipients import Recipient
from transforms.delivery.refusals import Refusal

How = Literal["command line", "airflow", "automatic"]
Decision = Literal["approved", "rejected"]


@dataclass(frozen=True)
class Approval:
    """A decision on a statement, as the books have it."""

    approval_id: int
    decision: Decision
    decided_at: str
    decided_by: str
    how: How
    contents: Mapping[str, str]
    recipients: str


def latest(connection: sqlite3.Connection, statement_number: str) -> Approval | None:
    """The latest decision on a statement; None if nobody has decided."""
    found = connection.execute(
        books.read("latest_approval.sql"), {"statement_number": statement_number}
    ).fetchone()
    if found is None:
        return None
    return Approval(**{**dict(found), "contents": json.loads(found["contents"])})


def as_listed(rows: tuple[Recipient, ...]) -> str:
    """A practice's rows of recipients.csv as an approval keeps them."""
    return json.dumps([asdict(row) for row in rows], default=str)


def decide(
    connection: sqlite3.Connection,
    revision: Revision,
    practice: str,
    decision: Decision,
    *,
    contents: Mapping[str, str],
    rows: tuple[Recipient, ...],
    at: datetime,
    who: str,
    how: How,
) -> bool:
    """Write a decision down, within the caller's transaction; False if it is no news.

    An automatic one never goes against a person's rejection, nor stands in for a person where only
    the recipients have changed.
    """
    number = revision.statement_number(practice)
    before = latest(connection, number)
    if before is not None:
        same_files = dict(before.contents) == dict(contents)
        if how == "automatic" and (before.decision == "rejected" or same_files):
            return False
        again = before.decision == decision and holds_for(before, contents, rows) is None
        if again and (decision == "approved" or before.decided_by == who):
            return False
    connection.execute(
        books.read("decision.sql"),
        {
            "statement_number": number,
            "practice_code": practice,
            "period": str(revision.period),
            "revision": revision.number,
            "decision": decision,
            "decided_at": written(at),
            "decided_by": who,
            "how": how,
            "contents": json.dumps(dict(contents), sort_keys=True),
            "recipients": as_listed(rows),
        },
    )
    audit.add(
        connection,
        at,
        who,
        decision,
        statement_number=number,
        practice_code=practice,
        detail=f"by {how}" if how != "automatic" else "by auto_approve: every gate passed",
        hashes=contents,
    )
    return True


def check(
    connection: sqlite3.Connection,
    statement_number: str,
    contents: Mapping[str, str],
    rows: tuple[Recipient, ...],
) -> Approval:
    """The approval by which a statement may go. Raises Refusal where it may not."""
    approval = latest(connection, statement_number)
    if approval is None:
        raise Refusal(f"{statement_number} is not approved.")
    if approval.decision != "approved":
        raise Refusal(
            f"{statement_number} was rejected by {approval.decided_by} at {approval.decided_at}."
        )
    changed = holds_for(approval, contents, rows)
    if changed is not None:
        raise Refusal(
            f"{changed} since {approval.decided_by} approved {statement_number} at "
            f"{approval.decided_at}. Look at what changed, then approve it again."
        )
    return approval


def holds_for(
    approval: Approval, contents: Mapping[str, str], rows: tuple[Recipient, ...]
) -> str | None:
    """What has changed since an approval; None if all is as it was."""
    if dict(approval.contents) != dict(contents):
        return "Its files have changed"
    if approval.recipients != as_listed(rows):
        return "Its rows of recipients.csv have changed"
    return None
