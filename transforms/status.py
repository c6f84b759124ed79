"""What is landed, held, refused, closed, rendered and sent, for a person who asks."""

from collections.abc import Mapping
from dataclasses import dataclass

from transforms import delivery, package, warehouse
from transforms.land import reports, waiting
from transforms.periods import Period
from transforms.site import Site


@dataclass(frozen=True)
class ClosedMonth:
    """A period begun or closed: the last stage done, and what became of its packages.

    `approved` counts statements, `marked` those marked by hand as issued, `messages` those of each
    state of the outbox.
    """

    period: str
    revision: int
    stage: str
    statements: int
    rendered: bool
    issued: bool
    marked: int
    approved: int
    messages: Mapping[str, int]


@dataclass(frozen=True)
class Status:
    """A commissioner's standing. Files by name; a held or refused one with its report's text."""

    commissioner: str
    name: str
    waiting: tuple[str, ...]
    interchanges: int
    records: int
    quarantined: int
    held: tuple[str, ...]
    refused: tuple[str, ...]
    closed: tuple[ClosedMonth, ...]


def of(site: Site, code: str) -> Status:
    """The standing of one commissioner; all nought where nothing was landed yet."""
    interchanges = records = quarantined = 0
    closed: list[ClosedMonth] = []
    if site.warehouse(code).exists():
        with warehouse.open_warehouse(
            site, code, "telling the status", read_only=True
        ) as connection:
            counts = warehouse.rows(
                connection,
                "select count(*) as interchanges, coalesce(sum(records), 0)::bigint as records, "
                "(select count(*) from quarantine) as quarantined from interchange",
            )[0]
            interchanges, records, quarantined = counts.values()
            rows = warehouse.rows(
                connection,
                "select period, revision, stage, (select count(*) from statement "
                "where statement.close_number = close.close_number) as statements "
                "from close order by close_number",
            )
        for row in rows:
            period = Period.containing(row["period"])
            folder = site.output(code, period, row["revision"])
            tally = delivery.tally(site, code, period, row["revision"])
            closed.append(
                ClosedMonth(
                    period=str(period),
                    revision=row["revision"],
                    stage=row["stage"],
                    statements=row["statements"],
                    rendered=(folder / package.DOCUMENTS_FILE).exists(),
                    issued=delivery.is_issued(site, code, period, row["revision"]),
                    approved=tally.pop("approved", 0),
                    marked=tally.pop("marked", 0),
                    messages=tally,
                )
            )
    return Status(
        commissioner=code,
        name=site.commissioner(code).name,
        waiting=tuple(path.name for path in waiting(site, code)),
        interchanges=interchanges,
        records=records,
        quarantined=quarantined,
        held=_told(reports(site.held(code), alone=False)),
        refused=_told(reports(site.refused(code))),
        closed=tuple(closed),
    )


def _told(found: list[tuple[str, str]]) -> tuple[str, ...]:
    return tuple(f"{name}: {text}" for name, text in found)


def show(status: Status) -> None:
    """Print it."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console()
    console.print(f"[bold]{status.commissioner}[/] {status.name}", highlight=False)
    console.print(
        f"  {status.interchanges} interchanges landed, {status.records} records, "
        f"{status.quarantined} of them quarantined; {len(status.waiting)} files wait in the inbox",
        highlight=False,
    )
    for word, files in (("held", status.held), ("refused", status.refused)):
        for text in files:
            console.print(f"  {word}: {text}", highlight=False, markup=False)
    if not status.closed:
        console.print("  no period is closed")
        return
    table = Table(box=box.SIMPLE_HEAD)
    for name in ("Period", "Stage", "Statements", "Rendered", "Approved", "Issued", "Messages"):
        table.add_column(name)
    for month in status.closed:
        table.add_row(
            f"{month.period} r{month.revision}",
            "closed" if month.stage == "statements" else month.stage,
            str(month.statements),
            "yes" if month.rendered else "no",
            str(month.approved),
            _issued(month),
            ", ".join(f"{number} {state}" for state, number in month.messages.items()) or "none",
        )
    console.print(table)


def _issued(month: ClosedMonth) -> str:
    if month.marked:
        return f"{month.marked} by hand"  # what was sent as well is told by the messages
    return "yes" if month.issued else "no"
