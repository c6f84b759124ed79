"""Reads a site under construction as the models take it: rows of text, as they stand now."""

from collections.abc import Iterable, Sequence

from tests.feeds.forms import Sent
from tests.models.attribution import Reference
from tests.models.position import Year
from tests.models.pricing import Edition
from tests.models.protocol import Interchange, organisation
from tests.site_builder import COMMISSIONER, NwcsFile, Row, SiteBuilder


def interchanges_of(files: Iterable[NwcsFile], first_landing: int = 1) -> list[Interchange]:
    """Returns files, in their order of landing, as interchanges that have landed."""
    return [
        Interchange(
            landing,
            file.sender,
            file.prime_recipient,
            file.protocol,
            file.bulk_group,
            file.period_start,
            file.period_end,
            file.extract_datetime,
            tuple(copy(file.records)),
        )
        for landing, file in enumerate(files, start=first_landing)
    ]


def scopes_of_file(landing: int, sent: Sequence[tuple[int, Sent, Row]]) -> list[Interchange]:
    """Returns a file whose records each name their own scope, as interchanges of one landing.

    `sent` has each record's line, how it was sent, and what it says. Records of one sender have
    the latest of its extract date-times.
    """
    latest: dict[str, str] = {}
    parts: dict[tuple[str, ...], list[tuple[int, Row]]] = {}
    for line, how, row in sent:
        sender, recipient = organisation(how.sender), organisation(how.prime_recipient)
        scope = (how.bulk_group, how.period_start, how.period_end)
        parts.setdefault((sender, recipient, how.protocol, *scope), []).append((line, row))
        if how.protocol == "020":
            latest[sender] = max(how.extract_datetime, latest.get(sender, ""))
    return [
        Interchange(
            landing,
            *named,
            latest.get(named[0], ""),
            tuple(copy(row for _, row in records)),
            tuple(line for line, _ in records),
        )
        for named, records in parts.items()
    ]


def editions_of(site: SiteBuilder) -> list[Edition]:
    """Returns a site's tariff editions."""
    return [
        Edition(
            edition.folder,
            dict(edition.settings),
            {name: copy(rows) for name, rows in edition.tables.items()},
        )
        for edition in site.editions.values()
    ]


def reference_of(site: SiteBuilder, commissioner: str = COMMISSIONER) -> Reference:
    """Returns a site's reference data of attribution."""
    return Reference(
        commissioner,
        practices=copy(site.tables["practices"]),
        memberships=copy(site.tables["memberships"]),
        registrations=copy(site.tables["registrations"]),
        gps=copy(site.tables["gps"]),
        successions=copy(site.tables["successions"]),
    )


def year_of(site: SiteBuilder) -> Year:
    """Returns what a site's position needs beside postings."""
    return Year(
        budgets=copy(site.tables["budgets"]),
        successions=copy(site.tables["successions"]),
        scope=copy(site.tables["scope"]),
        profile=copy(site.tables["profile"]),
    )


def copy(rows: Iterable[Row]) -> list[Row]:
    """Returns rows as they stand now, whatever a test does to the site afterwards."""
    return [dict(row) for row in rows]
