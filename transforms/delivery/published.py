"""What there is to send: a month's packages and documents, each file proved to be the right one.

A file is sent only if its SHA-256 is the one written down when it was made, and if the file itself
says that it was rendered from this practice's package. So a file that was altered, or that lies in
another practice's folder, is found even where the list of files was made anew after it.
"""

import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pydantic

from transforms import gates, package
from transforms.delivery.refusals import Refusal
from transforms.documents import names
from transforms.errors import UsageError
from transforms.package import Documents, Manifest, Statement
from transforms.periods import Period
from transforms.site import Site

LAST_STAGE = "statements"


@dataclass(frozen=True)
class Revision:
    """A revision that was closed and rendered to the end."""

    folder: Path
    commissioner: str
    period: Period
    number: int
    manifest: Manifest
    manifest_sha256: str
    documents: Documents

    def statement_number(self, practice: str) -> str:
        return f"{self.commissioner}/{self.period}/{practice}/r{self.number}"


@dataclass(frozen=True)
class Month:
    """A period's revisions, the last one first.

    A revision has statements only of the practices that it touches. Another practice's statement is
    that of the revision before, which takes nobody's place and may still have to be sent.
    """

    commissioner: str
    period: Period
    revisions: tuple[Revision, ...]

    @property
    def last(self) -> Revision:
        return self.revisions[0]

    @property
    def practices(self) -> tuple[str, ...]:
        """The practices with a statement, in order."""
        return tuple(sorted({code for each in self.revisions for code in each.manifest.practices}))

    def revision_of(self, practice: str) -> Revision:
        """The revision that a practice's latest statement is of. Raises LookupError for none."""
        for revision in self.revisions:
            if practice in revision.manifest.practices:
                return revision
        raise LookupError(f"{self.period} of {self.commissioner} has no statement of {practice}")

    def statement_number(self, practice: str) -> str:
        """That of a practice's latest statement."""
        return self.revision_of(practice).statement_number(practice)

    def chosen(self, practices: Sequence[str] | None) -> tuple[str, ...]:
        """The practices named, each once; all without any. Raises UsageError for an unknown one."""
        if practices is None:
            return self.practices
        unknown = [code for code in practices if code not in self.practices]
        if unknown:
            raise UsageError(
                f"{self.period} has no statement of {', '.join(unknown)}; it has "
                f"{', '.join(self.practices) or 'none'}."
            )
        return tuple(dict.fromkeys(practices))


@dataclass(frozen=True)
class Content:
    """A practice's statement and its files, by kind: `pdf`, `html`, `xlsx`; proved to be its own.

    `sha256` has those of statement.json and of the files, by name.
    """

    statement: Statement
    files: Mapping[str, bytes]
    names: Mapping[str, str]
    sha256: Mapping[str, str]


def month(site: Site, commissioner: str, period: Period) -> Month:
    """A period's revisions, closed to the end and rendered.

    Raises UsageError where there is none, or a close or its rendering is not done, and
    ControlFailure where a gate stopped the latest close.
    """
    folders = site.output(commissioner, period, 1).parent.glob("r[0-9]*")
    closed = {
        int(folder.name[1:]): folder
        for folder in folders
        if folder.name[1:].isdigit() and (folder / package.MANIFEST_FILE).exists()
    }
    if not closed:
        raise UsageError(
            f"{period} of {commissioner} has no package to send. Run 'pbc run {period}' first."
        )
    gates.refuse_what_was_stopped(site, commissioner, period)
    return Month(
        commissioner,
        period,
        tuple(
            _revision(closed[number], commissioner, period, number)
            for number in sorted(closed, reverse=True)
        ),
    )


def _revision(folder: Path, commissioner: str, period: Period, number: int) -> Revision:
    _check_closed(folder, period)
    if not (folder / package.DOCUMENTS_FILE).exists():
        raise UsageError(f"{folder} is not rendered. Run 'pbc render {period}' first.")
    try:
        manifest, documents = package.read_manifest(folder), package.read_documents(folder)
    except (pydantic.ValidationError, FileNotFoundError) as error:
        raise UsageError(
            f"{folder}: {package.MANIFEST_FILE} or {package.DOCUMENTS_FILE} cannot be read. "
            f"Run 'pbc render {period}' again; where that does not help, close the period again."
        ) from error
    for listed in (manifest, documents):
        if (listed.commissioner_code, listed.period, listed.revision) != (
            commissioner,
            str(period),
            number,
        ):
            raise UsageError(
                f"{folder} holds revision {listed.revision} of {listed.period} of "
                f"{listed.commissioner_code}: it was put there by hand. Nothing of it is sent."
            )
    return Revision(
        folder, commissioner, period, number, manifest, manifest_sha256(folder), documents
    )


def manifest_sha256(folder: Path) -> str:
    """The SHA-256 of a revision's manifest, which names that of every file of its packages."""
    return hashlib.sha256((folder / package.MANIFEST_FILE).read_bytes()).hexdigest()


def is_as_read(revision: Revision) -> bool:
    """Whether the packages are still those that were read, and no close is at work on them."""
    try:
        _check_closed(revision.folder, revision.period)
        return manifest_sha256(revision.folder) == revision.manifest_sha256
    except (UsageError, FileNotFoundError):
        return False


def _check_closed(folder: Path, period: Period) -> None:
    try:
        stages = {stage.stage for stage in package.read_run(folder).stages}
    except pydantic.ValidationError:
        raise UsageError(
            f"{folder / package.RUN_FILE} is not one that this software can read: other software "
            f"closed {period}. Close and render it with this one before anything of it is sent."
        ) from None
    if LAST_STAGE not in stages:
        raise UsageError(
            f"A close of {period} is under way, or was stopped: its packages are not those of its "
            f"ledger. Run 'pbc run {period}' to the end before anything of it is sent."
        )


def read(revision: Revision, practice: str) -> Content:
    """A practice's files. Raises Refusal where one is missing, altered, or another practice's."""
    number = revision.statement_number(practice)
    if practice not in revision.manifest.practices:
        raise Refusal(f"{number}: there is no statement of {practice} in {revision.folder}.")
    place = f"{practice}/{package.STATEMENT_FILE}"
    raw = _content(revision, place, _listed(revision.manifest), package.MANIFEST_FILE)
    try:
        statement = Statement.model_validate_json(raw)
    except pydantic.ValidationError:
        raise Refusal(f"{place} is not a statement that this software can read.") from None
    if (statement.identity.number, statement.identity.practice_code) != (number, practice):
        raise Refusal(
            f"{place} is statement {statement.identity.number}, not {number}: it was put there by "
            "hand."
        )
    origin = f"{number} {hashlib.sha256(raw).hexdigest()}"
    listed = _listed(revision.documents)
    paths = names.practice_files(revision.folder, revision.manifest, practice)
    files: dict[str, bytes] = {}
    for kind in ("pdf", "html", "xlsx"):
        place = f"{practice}/{paths[kind].name}"
        files[kind] = _content(revision, place, listed, package.DOCUMENTS_FILE)
        told = _ORIGIN[kind](files[kind])
        if told != origin:
            raise Refusal(
                f"{place} was rendered from {_which(told)}, not from the package of {number} that "
                "lies beside it. Run 'pbc render' again."
            )
    return Content(
        statement=statement,
        files=files,
        names={kind: paths[kind].name for kind in files},
        sha256={
            package.STATEMENT_FILE: hashlib.sha256(raw).hexdigest(),
            **{
                paths[kind].name: hashlib.sha256(content).hexdigest()
                for kind, content in files.items()
            },
        },
    )


def _listed(files: Manifest | Documents) -> dict[str, str]:
    return {file.path: file.sha256 for file in files.files}


def _content(revision: Revision, place: str, listed: Mapping[str, str], where: str) -> bytes:
    """A file's bytes, if they are those that were written down. Raises Refusal."""
    if place not in listed:
        raise Refusal(f"{place} is not listed in {where}. Run 'pbc render' again.")
    try:
        content = (revision.folder / place).read_bytes()
    except OSError as error:
        raise Refusal(f"{place} cannot be read: {error.strerror}.") from None
    found = hashlib.sha256(content).hexdigest()
    if found != listed[place]:
        owner = next((path for path, sha in listed.items() if sha == found), None)
        told = f" It is the file of {owner.split('/')[0]}." if owner else ""
        raise Refusal(
            f"{place} is not the file that was made: its SHA-256 is {found[:12]}..., {where} has "
            f"{listed[place][:12]}....{told} Find out who changed it, then run 'pbc render' again."
        )
    return content


def _which(told: str) -> str:
    return f"another package ({told.partition(' ')[0]})" if told else "no package of this software"


# --- What a file itself says it was rendered from ------------------------------------------------


def _origin_of_pdf(content: bytes) -> str:
    import pikepdf

    try:
        with pikepdf.open(io.BytesIO(content)) as document:
            return str(document.docinfo.get("/Keywords", ""))
    except pikepdf.PdfError:
        return ""


def _origin_of_page(content: bytes) -> str:
    head = content.decode("utf-8", "replace").partition("</head>")[0]
    return head.partition('<meta name="keywords" content="')[2].partition('"')[0]


def _origin_of_workbook(content: bytes) -> str:
    import zipfile

    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
    except (zipfile.BadZipFile, KeyError, ValueError):
        return ""
    return str(book.properties.keywords or "")


_ORIGIN = {"pdf": _origin_of_pdf, "html": _origin_of_page, "xlsx": _origin_of_workbook}
