"""A small site with a month to deliver, quickly made: real packages, and documents that are short.

The documents say what they were rendered from, as the real ones do, and hold the practice's code.
"""

import io
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pikepdf

from tests.documents.example_package import Practice, write_package
from transforms import documents, package
from transforms.documents import names
from transforms.package import GateRun, Run, StageTiming
from transforms.periods import Period
from transforms.site import Site, load_site

COMMISSIONER = "5XA"
PERIOD = Period(2004, 9)
START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
OF_COMMISSIONER = {"5XA": ["Y90001"], "5XB": ["Y90002", "Y90003"]}
GATES = ("feed", "episodes", "charges", "statements")

Rows = Sequence[tuple[str, str, str, str]]
"""practice_code, email, valid_from, valid_to."""


class Clock:
    """A clock that tests move by hand; each look at it takes a microsecond."""

    def __init__(self) -> None:
        self.time = START

    def __call__(self) -> datetime:
        self.time += timedelta(microseconds=1)
        return self.time

    def forward(self, **by: float) -> None:
        self.time += timedelta(**by)


def passphrase(practice: str) -> str:
    """A practice's own: no two are alike, none holds its practice's code."""
    return f"copper kettle {practice[::-1]} sings"


@dataclass
class SmallSite:
    """The site's directory and its settings, which a test may change before it loads them."""

    directory: Path
    secrets: Path
    delivery: dict[str, Any]
    commissioners: dict[str, str] = field(default_factory=lambda: {COMMISSIONER: "East Moor"})

    @property
    def folder(self) -> Path:
        return self.directory / "out" / COMMISSIONER / str(PERIOD) / "r1"

    def load(self) -> Site:
        """Write the settings and load the site."""
        commissioners = "".join(
            f'[[commissioners]]\ncode = "{code}"\nname = "{name}"\n'
            for code, name in self.commissioners.items()
        )
        (self.directory / "site.toml").write_text(
            f'[site]\nname = "Small"\n{commissioners}' + _toml("delivery", self.delivery),
            encoding="utf-8",
        )
        return load_site(self.directory)

    def recipients(self, rows: Rows) -> None:
        """Write recipients.csv."""
        lines = ["practice_code,email,role,valid_from,valid_to"]
        lines += [f"{code},{email},manager,{start},{end}" for code, email, start, end in rows]
        (self.directory / "reference" / "recipients.csv").write_text("\n".join(lines) + "\n")

    def passphrases(self, phrases: Mapping[str, str], **smtp: str) -> None:
        """Write the file of secrets."""
        self.secrets.write_text(_toml("smtp", smtp) + _toml("passphrases", phrases))
        self.secrets.chmod(0o600)

    def gates(self, **statuses: str) -> None:
        """Write run.json: a close done to the end, with these gates."""
        package.write_run(
            self.folder,
            Run(
                stages=(StageTiming(stage="statements", seconds=1.0),),
                gates=tuple(
                    GateRun.model_validate({"gate": gate, "status": status, "checks": ()})
                    for gate, status in statuses.items()
                ),
            ),
        )

    def file(self, practice: str, kind: str) -> Path:
        manifest = package.read_manifest(self.folder)
        return names.practice_files(self.folder, manifest, practice)[kind]


def _toml(name: str, table: Mapping[str, Any]) -> str:
    """A table of TOML, with the tables in it."""
    plain = {key: value for key, value in table.items() if not isinstance(value, dict)}
    lines = [f"[{name}]"]
    for key, value in plain.items():
        told = str(value) if isinstance(value, date) else json.dumps(value)
        lines.append(f"{json.dumps(key)} = {told}")
    text = "\n".join(lines) + "\n"
    for key, value in table.items():
        if isinstance(value, dict):
            text += _toml(f"{name}.{key}", value)
    return text


def address(practice: str, name: str = "manager") -> str:
    return f"{name}@{practice.lower()}.mail.example"


def make(
    place: Path, practices: Sequence[str] = ("Y90001", "Y90002", "Y90003"), *, real: bool = False
) -> SmallSite:
    """A site whose September 2004 is closed and rendered; each practice has one recipient.

    `real` renders the real documents, which takes a second or two a practice.
    """
    site = place / "site"
    for folder in ("reference", "delivery", "warehouse"):
        (site / folder).mkdir(parents=True)
    small = SmallSite(
        site,
        place / "secrets.toml",
        {
            "enabled": True,
            "allowed_domains": {
                f"{code.lower()}.mail.example": date(2026, 3, 15) for code in practices
            },
            "secrets": {"file": str(place / "secrets.toml")},
            "smtp": {"sender": "sender@eastmoor.example"},
        },
    )
    small.recipients([(code, address(code), "2004-04-01", "") for code in practices])
    small.passphrases({code: passphrase(code) for code in practices})
    write_package(
        small.folder,
        [Practice(code=code, name=f"Practice {code}", spells_a_month=3) for code in practices],
    )
    small.gates(**dict.fromkeys(GATES, "passed"))
    if real:
        documents.render(small.folder, processes=1)
    else:
        for code in practices:
            short_documents(small.folder, code)
        documents.collect(small.folder)
    return small


def short_documents(folder: Path, practice: str) -> None:
    """Write a practice's documents in a revision's folder, a page or a cell each."""
    statement = package.read_statement(folder / practice)
    origin = f"{statement.identity.number} {package.package_hash(folder / practice)}"
    file = names.practice_files(folder, package.read_manifest(folder), practice)
    pdf = pikepdf.new()
    pdf.add_blank_page()
    pdf.docinfo["/Keywords"] = origin
    pdf.save(file["pdf"], deterministic_id=True)
    file["html"].write_text(
        f'<html><head><meta name="keywords" content="{origin}"></head>{practice}</html>'
    )
    book = openpyxl.Workbook()
    book.properties.keywords = origin
    book.active["A1"] = f"Charges of {practice}"
    content = io.BytesIO()
    book.save(content)
    file["xlsx"].write_bytes(content.getvalue())


def publish_anew(
    first: Path, folder: Path, commissioner: str, revision: int, practices: Sequence[str]
) -> None:
    """Make another revision, or another commissioner's, of a revision's packages: some practices'.

    As a close and its rendering do: packages, manifest, documents.
    """
    folder.mkdir(parents=True)
    shutil.copy(first / package.RUN_FILE, folder)
    for code in practices:
        shutil.copytree(first / code, folder / code)
        for file in (folder / code).glob(f"{COMMISSIONER}_*"):
            file.unlink()
        statement = package.read_statement(folder / code)
        identity = statement.identity.model_copy(
            update={
                "commissioner_code": commissioner,
                "revision": revision,
                "number": f"{commissioner}/{PERIOD}/{code}/r{revision}",
            }
        )
        package.write_statement(folder / code, statement.model_copy(update={"identity": identity}))
    manifest = package.read_manifest(first)
    package.write_manifest(
        folder,
        manifest.model_copy(
            update={
                "commissioner_code": commissioner,
                "revision": revision,
                "practices": tuple(practices),
                "files": tuple(
                    package.file_hash(folder, folder / file.path)
                    for file in manifest.files
                    if (folder / file.path).exists()
                ),
            }
        ),
    )
    for code in practices:
        short_documents(folder, code)
    documents.collect(folder)


def environment(site: SmallSite) -> dict[str, str]:
    """What a `pbc` of its own process needs."""
    return {**os.environ, "PBC_SITE": str(site.directory)}


def part_in_two(site: SmallSite) -> None:
    """Make a site's month the months of two commissioners, each with its own practices."""
    aside = site.folder.with_name("aside")
    site.folder.rename(aside)
    site.commissioners["5XB"] = "West Moor"
    for code, practices in OF_COMMISSIONER.items():
        folder = site.directory / "out" / code / str(PERIOD) / "r1"
        publish_anew(aside, folder, code, 1, practices)
