"""What approving and sending came to, for a person at a terminal."""

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from transforms.delivery.approving import Decided
from transforms.delivery.outbox import Message
from transforms.delivery.sending import Delivery

_STANDING = {"by_date": "not a recipient now", "written": "written"}


def show_decided(decided: Sequence[Decided]) -> None:
    """Print what came of approving, a line a statement."""
    table = _table("Statement", "Outcome", "Recipients, or why not")
    for each in decided:
        told = each.reason or ", ".join(each.recipients)
        table.add_row(each.statement_number, each.outcome, escape(told))
    Console().print(table)


def show_delivery(delivery: Delivery) -> None:
    """Print what came of sending, a line a message, then what is to be done about the rest."""
    console = Console()
    table = _table("Statement", "Recipient", "State", "Detail")
    for each in delivery.messages:
        detail = each.reason
        if each.next_attempt is not None:
            detail += f" (again from {each.next_attempt[:16].replace('T', ' ')} UTC)"
        table.add_row(
            each.statement_number,
            escape(each.recipient),
            _STANDING.get(each.state, each.state),
            escape(detail),
        )
    console.print(table)
    if delivery.stopped:
        console.print(f"Stopped: {delivery.stopped}", markup=False, highlight=False)
    if any(each.next_attempt is not None for each in delivery.messages):
        console.print("What failed for the time being goes with the next 'pbc send'.")
    if delivery.count("unknown"):
        console.print(
            "What is unknown may have arrived. Ask the practice, then say so with "
            "'pbc outbox --resolve MESSAGE-ID --as sent' or '--as not-sent'.",
            highlight=False,
        )


def show_messages(messages: Sequence[Message]) -> None:
    """Print the outbox, a line a message."""
    table = _table(
        "Statement", "Recipient", "State", "Tried", "Changed (UTC)", "Message-ID, detail"
    )
    for each in messages:
        table.add_row(
            each.statement_number,
            escape(each.recipient),
            "withdrawn" if each.withdrawn else each.state,
            str(each.attempts),
            each.changed_at[:16].replace("T", " "),
            escape("\n".join(part for part in (each.message_id, each.reply) if part)),
        )
    Console().print(table if messages else "The outbox is empty.")


def _table(*heads: str) -> Table:
    table = Table()
    for head in heads:
        table.add_column(head, overflow="fold")
    return table
