"""The protocol examples, held against the pipeline and against the second implementation."""

from collections import Counter
from pathlib import Path

import pytest

from tests.models import protocol
from tests.models.from_site import interchanges_of
from tests.pipeline_run import close, export, land
from tests.site_builder import Cell, NwcsFile, Row, SiteBuilder, episode_row
from tests.worked_examples.protocol import (
    APRIL,
    HISTORIES,
    QUARANTINE,
    Batch,
    History,
    Sent,
    Spoilt,
)

# One process runs them all, for the site that they share.
pytestmark = pytest.mark.xdist_group("worked examples: protocol")

# The dates of a good record, so that a spoilt one says nothing about the others.
DATES: dict[str, Cell] = {
    "discharge_date": "2004-04-13",
    "episode_start_date": "2004-04-10",
    "episode_end_date": "2004-04-13",
    "cds_activity_date": "2004-04-13",
    "cds_applicable_datetime": "2004-04-14T09:30:00",
}

by_history = pytest.mark.parametrize("history", HISTORIES, ids=lambda history: history.title)
by_fault = pytest.mark.parametrize("spoilt", QUARANTINE, ids=lambda spoilt: spoilt.title)


def files_of(history: History) -> list[NwcsFile]:
    """Returns a history's interchanges; its place in the table makes its sender and identifiers."""
    number = HISTORIES.index(history)
    return [file_of(number, place, batch) for place, batch in enumerate(history.batches)]


def file_of(number: int, place: int, batch: Batch) -> NwcsFile:
    """Returns one interchange of a history."""
    start, end = batch.period or ("", "")
    return NwcsFile(
        f"H{number:02d}-{place}",
        [record_of(number, record) for record in batch.sent],
        sender=f"Q{number:02d}",
        prime_recipient=batch.prime_recipient,
        protocol="020" if batch.period else "010",
        bulk_group=batch.bulk_group if batch.period else "",
        period_start=start,
        period_end=end,
        extract_datetime=batch.extract,
    )


def record_of(number: int, record: Sent) -> Row:
    """Returns a record of a history as canonical text."""
    identity = {
        "cds_unique_identifier": f"H{number:02d}{record.identifier}",
        "provider_spell_number": f"H{number:02d}{record.identifier}",
        "cds_applicable_datetime": record.applicable,
    }
    return episode_row(1 + number, nights=3, **{**identity, **record.given})


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Lands all histories and all spoilt records in one site and closes April."""
    builder = SiteBuilder(tmp_path_factory.mktemp("site"))
    builder.setting("gates", enforce=False)
    builder.write()
    files = [file for history in HISTORIES for file in files_of(history)]
    files += [spoilt_file(bulk=bulk)[0] for bulk in (False, True)]
    sent = builder.directory / "sent"
    land(builder.directory, *(file.write(sent / f"{file.interchange_id}.csv") for file in files))
    close(builder.directory, "2004-04")
    return builder.directory


@pytest.fixture(scope="module")
def fates(site: Path) -> dict[str, Counter[str]]:
    """Exports how many records met which fate, by interchange."""
    found: dict[str, Counter[str]] = {}
    for row in export(site, "fates", "2004-04"):
        found.setdefault(row["interchange_id"], Counter())[row["fate"]] = int(row["records"])
    return found


@pytest.fixture(scope="module")
def quarantine(site: Path) -> dict[tuple[str, str], Row]:
    """Exports the records that are quarantined, by interchange and line."""
    rows = export(site, "quarantine", "2004-04")
    return {(row["interchange_id"], row["line"]): row for row in rows}


@by_history
def test_pipeline_fates(history: History, fates: dict[str, Counter[str]]) -> None:
    """In the pipeline the records of an example meet the fates that it says."""
    for file, batch in zip(files_of(history), history.batches, strict=True):
        expected = Counter(record.fate for record in batch.sent)
        assert fates.get(file.interchange_id, Counter()) == expected, history.rule


@by_history
def test_second_implementation_fates(history: History) -> None:
    """In the second implementation each record of an example meets the fate that it says."""
    found = protocol.outcome(interchanges_of(files_of(history))).fates
    assert found == {
        (landing, 3 + place): record.fate
        for landing, batch in enumerate(history.batches, start=1)
        for place, record in enumerate(batch.sent)
    }, history.rule


def spoilt_file(*, bulk: bool) -> tuple[NwcsFile, dict[str, str]]:
    """Returns all spoilt records of a protocol in one interchange, and the line of each title."""
    examples = [each for each in QUARANTINE if each.bulk == bulk]
    records = [
        episode_row(place, nights=3, **{**DATES, **each.given})
        for place, each in enumerate(examples, start=1)
    ]
    lines = {each.title: str(3 + place) for place, each in enumerate(examples)}
    if not bulk:
        return NwcsFile("SPOILT-NET", records), lines
    start, end = APRIL
    return NwcsFile(
        "SPOILT-BULK",
        [{**row, "cds_unique_identifier": f"B{row['cds_unique_identifier']}"} for row in records],
        protocol="020",
        bulk_group="010",
        period_start=start,
        period_end=end,
    ), lines


@by_fault
def test_pipeline_quarantine(spoilt: Spoilt, quarantine: dict[tuple[str, str], Row]) -> None:
    """The pipeline quarantines a spoilt record for the rules and fields given, and no good one."""
    file, lines = spoilt_file(bulk=spoilt.bulk)
    row = quarantine.get((file.interchange_id, lines[spoilt.title]), {"rules": "", "fields": ""})
    assert set(row["rules"].split(";")) - {""} == {rule for rule, _ in spoilt.faults}
    assert set(row["fields"].split(";")) - {""} == {field for _, field in spoilt.faults}


@by_fault
def test_second_implementation_quarantine(spoilt: Spoilt) -> None:
    """The second implementation finds the faults given, and none in a good record."""
    file, lines = spoilt_file(bulk=spoilt.bulk)
    landed = protocol.outcome(interchanges_of([file])).records[1, int(lines[spoilt.title])]
    assert {(fault.rule, fault.field) for fault in landed.faults} == set(spoilt.faults)
