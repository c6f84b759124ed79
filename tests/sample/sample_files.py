"""Reads a sample site as its files carry it: interchanges and reference rows, text by column."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tests.models import protocol

Row = dict[str, str]

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
COMMISSIONER = "5XA"
HOSPITAL_CARE = {"120", "130", "140"}


@dataclass(frozen=True)
class Interchange:
    """A file in the clearing-service form: the fields of its four kinds of line."""

    file_name: str
    header: list[str]
    columns: list[str]
    records: list[list[str]]
    trailer: list[str]

    @property
    def identifier(self) -> str:
        """The interchange identifier of the header."""
        return self.header[3]

    @property
    def sender(self) -> str:
        """The sending trust, without a site suffix."""
        return protocol.organisation(self.header[4])

    @property
    def rows(self) -> list[Row]:
        """The records, text by column."""
        return [dict(zip(self.columns[1:], record[1:], strict=True)) for record in self.records]

    def landed(self, number: int) -> protocol.Interchange:
        """The interchange as the model of the protocols takes it."""
        return protocol.Interchange(number, *self.header[4:11], records=tuple(self.rows))


@dataclass(frozen=True)
class SampleSite:
    """A generated site's directory."""

    directory: Path

    @cached_property
    def interchanges(self) -> list[Interchange]:
        """Every file of the inbox, in name order."""
        return [read(path) for path in sorted((self.directory / "inbox" / COMMISSIONER).iterdir())]

    @cached_property
    def outcome(self) -> protocol.Outcome:
        """What the protocols make of all files, landed in name order."""
        return protocol.outcome(
            [each.landed(number) for number, each in enumerate(self.interchanges, start=1)]
        )

    @cached_property
    def spells(self) -> list[list[Row]]:
        """The live episodes of hospital care by spell, first episode first."""
        spells: dict[tuple[str, str], list[Row]] = {}
        for landed in self.outcome.live:
            if landed.row["cds_record_type"] in HOSPITAL_CARE:
                key = landed.row["provider_code"], landed.row["provider_spell_number"]
                spells.setdefault(key, []).append(dict(landed.row))
        return [
            sorted(episodes, key=lambda row: (row["episode_start_date"], row["episode_number"]))
            for episodes in spells.values()
        ]

    def all_records(self) -> Iterator[Row]:
        """Every record of every file, good or bad."""
        for interchange in self.interchanges:
            yield from interchange.rows

    def reference(self, name: str) -> list[Row]:
        """The rows of a reference file, by its path below reference/ without `.csv`."""
        return rows_of(self.directory / "reference" / f"{name}.csv")


def read(path: Path) -> Interchange:
    """Reads one file."""
    with path.open(encoding="utf-8", newline="") as file:
        header, columns, *records, trailer = csv.reader(file)
    return Interchange(path.name, header, columns, records, trailer)


def rows_of(path: Path) -> list[Row]:
    """Reads a CSV file with a line of column names."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
