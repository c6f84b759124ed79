"""What approving and sending came to, for a person at a terminal of 80 columns."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from transforms.delivery.approving import Decided
from transforms.delivery.issuing import Marked
from transforms.delivery.outbox import Message
from transforms.delivery.sending import Delivery

_STANDING = {"by_date": "no recipient now", "marked": "marked issued"}


def show_decided(decided: Sequence[Decided]) -> None:
    """Print what came of approving, a line a statement; below it, why some are refused."""
    table = _table("Statement", "Outcome", "Recipients")
    for each in decided:
        table.add_row(each.statement_number, each.outcome, escape("\n".join(each.recipients)))
    Console().print(table)
    _say(f"{each.statement_number}: {each.reason}" for each in decided if each.reason)


def show_marked(marked: Sequence[Marked]) -> None:
    """Print what came of marking, a line a statement; below it, why, and what is withdrawn."""
    table = _table("Statement", "Outcome")
    for each in marked:
        table.add_row(each.statement_number, each.outcome)
    Console().print(table)
    _say(f"{each.statement_number}: {each.reason}" for each in marked if each.reason)
    _say(
        f"{each.statement_number}: the message that waited for {recipient} is withdrawn."
        for each in marked
        for recipient in each.withdrawn
    )


def show_delivery(delivery: Delivery) -> None:
    """Print what came of sending, a line a message; below it, what is to be known of the rest."""
    table = _table("Statement", "Recipient", "State")
    for each in delivery.messages:
        state = _STANDING.get(each.state, each.state)
        table.add_row(each.statement_number, escape(each.recipient), state)
    Console().print(table)
    _say(
        f"{each.statement_number}: {each.reason}{_again(each.next_attempt)}"
        for each in delivery.messages
        if each.reason and each.state not in ("sent", "written")
    )
    folders = {Path(each.reason).parent for each in delivery.messages if each.state == "written"}
    _say(f"{delivery.count('written')} messages written to {folder}" for folder in folders)
    if delivery.stopped:
        _say([f"Stopped: {delivery.stopped}"])
    if any(each.next_attempt is not None for each in delivery.messages):
        _say(["What failed for the time being goes with the next 'pbc send'."])
    if delivery.count("unknown"):
        _say(
            [
                "What is unknown may have arrived. Ask the practice, then say so with "
                "'pbc outbox --resolve MESSAGE-ID --as sent' or '--as not-sent'."
            ]
        )


def show_messages(messages: Sequence[Message]) -> None:
    """Print the outbox, a line a message; below it, those that did not go, each with its words."""
    if not messages:
        _say(["The outbox is empty."])
        return
    table = _table("Statement", "Recipient", "State", "Tried")
    for each in messages:
        state = "withdrawn" if each.withdrawn else each.state
        table.add_row(each.statement_number, escape(each.recipient), state, str(each.attempts))
    Console().print(table)
    _say(
        f"{each.message_id}\n  {'withdrawn' if each.withdrawn else each.state} since "
        f"{_minute(each.changed_at)}: {each.reply or 'nothing more is known'}"
        f"{_again(each.next_attempt)}"
        for each in messages
        if each.state in ("failed", "unknown")
    )


def _again(next_attempt: str | None) -> str:
    return "" if next_attempt is None else f" (again from {_minute(next_attempt)})"


def _minute(written: str) -> str:
    return f"{written[:16].replace('T', ' ')} UTC"


def _say(lines: Iterable[str]) -> None:
    """Print lines as they are: nothing in them is markup."""
    for line in lines:
        Console().print(line, markup=False, highlight=False)


def _table(*heads: str) -> Table:
    table = Table()
    for head in heads:
        table.add_column(head, overflow="fold", no_wrap=head != "Recipient")
    return table
