"""Renders a revision's documents from its package, practices side by side in processes.

Each file is written whole or not at all, and rendering again writes the same bytes, so that a run
that was stopped is simply run again. ``documents.json`` lists what lies in the folder, made by
looking, so that chunks of practices can be rendered in any number of places at once.
"""

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from transforms.atomic_file import write_atomically
from transforms.documents import names
from transforms.errors import UsageError
from transforms.package import (
    CHARGES_FILE,
    DOCUMENTS_FILE,
    MANIFEST_FILE,
    STATEMENT_FILE,
    Documents,
    Manifest,
    canonical_json,
    file_hash,
    package_hash,
    read_control,
    read_manifest,
    read_run,
    read_statement,
)

PRACTICES_A_PROCESS = 100
"""A process is replaced after so many: what libraries leave behind in memory goes with it."""

Progress = Callable[[int, int], None]
"""Called with practices rendered and practices in all, first with none rendered."""


@dataclass(frozen=True)
class RenderResult:
    """What was rendered: the practices, and every file written, in order of practice."""

    practices: tuple[str, ...]
    files: tuple[Path, ...]


def render(
    revision_folder: Path,
    practices: Sequence[str] | None = None,
    *,
    progress: Progress | None = None,
    processes: int | None = None,
) -> RenderResult:
    """Render statement (PDF, HTML) and detail file (XLSX, CSV) of all practices, or of some.

    `processes` is as many as there are cores unless given; 1 renders in this process. Raises
    UsageError if the folder is no package, or a practice has no statement in it.
    """
    manifest = _manifest(revision_folder)
    chosen = tuple(manifest.practices if practices is None else practices)
    unknown = [code for code in chosen if code not in manifest.practices]
    if unknown:
        raise UsageError(
            f"{revision_folder}: no statement of {', '.join(unknown)} in this package; it has "
            f"{', '.join(manifest.practices) or 'none'}."
        )
    report = progress or _silent
    report(0, len(chosen))
    files: dict[str, list[Path]] = {}
    for done, (code, written) in enumerate(
        _rendered(revision_folder, chosen, _processes(processes, len(chosen)), _complete), start=1
    ):
        files[code] = written
        report(done, len(chosen))
    collect(revision_folder)
    return RenderResult(chosen, tuple(path for code in chosen for path in files[code]))


def render_practice(revision_folder: Path, practice: str) -> list[Path]:
    """Render one practice's four documents in this process; gives their paths."""
    # Loaded where it is used: the command line and the DAG do without these heavy packages.
    from transforms.documents.detail_columns import CHARGE_COLUMNS
    from transforms.documents.detail_csv import detail_csv
    from transforms.documents.detail_rows import DetailRows
    from transforms.documents.detail_workbook import detail_workbook
    from transforms.documents.pdf import pdf
    from transforms.documents.statement_page import statement_html

    folder = revision_folder / practice
    files = names.practice_files(revision_folder, _manifest(revision_folder), practice)
    statement, digest = read_statement(folder), package_hash(folder)
    detail = DetailRows(folder)
    write_atomically(files["pdf"], pdf(statement_html(statement, digest, "print")))
    write_atomically(files["html"], statement_html(statement, digest, "screen").encode())
    write_atomically(files["xlsx"], detail_workbook(statement, detail))
    write_atomically(files["csv"], detail_csv(detail.of("charges", CHARGE_COLUMNS)))
    return list(files.values())


def render_commissioner(revision_folder: Path) -> RenderResult:
    """Render the commissioner's summary and the control report of a revision."""
    from transforms.documents.commissioner_summary import commissioner_summary
    from transforms.documents.control_report import control_report

    manifest = _manifest(revision_folder)
    control, run = read_control(revision_folder), read_run(revision_folder)
    summary = names.commissioner_summary(revision_folder, manifest)
    report = names.control_report(revision_folder, manifest)
    write_atomically(summary, commissioner_summary(control))
    write_atomically(report, control_report(control, run).encode())
    collect(revision_folder)
    return RenderResult((), (summary, report))


def collect(revision_folder: Path) -> Documents:
    """List the rendered files that lie in a revision's folder, in ``documents.json``.

    The control report is not among them: it shows timings and gate results, which are outside all
    hashes because no two runs have the same.
    """
    manifest = _manifest(revision_folder)
    paths = [names.commissioner_summary(revision_folder, manifest)]
    for practice in manifest.practices:
        paths += names.practice_files(revision_folder, manifest, practice).values()
    documents = Documents(
        commissioner_code=manifest.commissioner_code,
        period=manifest.period,
        revision=manifest.revision,
        files=tuple(file_hash(revision_folder, path) for path in sorted(paths) if path.exists()),
    )
    write_atomically(revision_folder / DOCUMENTS_FILE, canonical_json(documents))
    return documents


def _manifest(revision_folder: Path) -> Manifest:
    if not (revision_folder / MANIFEST_FILE).exists():
        raise UsageError(
            f"{revision_folder}: no {MANIFEST_FILE} there, so no package to render; close the "
            "period first."
        )
    return read_manifest(revision_folder)


def _silent(done: int, of: int) -> None:
    """Report to nobody."""


def _processes(wanted: int | None, practices: int) -> int:
    """How many processes to use; a daemonic process may start none."""
    if multiprocessing.current_process().daemon:
        return 1
    return max(1, min(wanted or len(os.sched_getaffinity(0)), practices))


def render_letters(
    folder: Path,
    practices: Sequence[str],
    *,
    progress: Progress | None = None,
    processes: int | None = None,
) -> RenderResult:
    """Render the budget letters (PDF) of these practices, whose packages lie in a folder.

    `processes` is as many as there are cores unless given; 1 renders in this process.
    """
    report = progress or _silent
    report(0, len(practices))
    files: dict[str, list[Path]] = {}
    for done, (code, written) in enumerate(
        _rendered(folder, practices, _processes(processes, len(practices)), _letter), start=1
    ):
        files[code] = written
        report(done, len(practices))
    return RenderResult(tuple(practices), tuple(path for code in practices for path in files[code]))


def _letter(folder: Path, practice: str) -> list[Path]:
    """Render one practice's budget letter in this process; gives its path."""
    from transforms.budgets.letter_package import LETTER_FILE, read_letter
    from transforms.documents.budget_letter import letter_html
    from transforms.documents.pdf import pdf

    package = folder / practice
    letter = read_letter(package)
    digest = file_hash(package, package / LETTER_FILE).sha256
    path = names.budget_letter(package, letter.number)
    write_atomically(path, pdf(letter_html(letter, digest)))
    return [path]


def _rendered(
    folder: Path,
    practices: Sequence[str],
    processes: int,
    render_one: Callable[[Path, str], list[Path]],
) -> Iterator[tuple[str, list[Path]]]:
    """Each practice and its files, as they are done."""
    if processes == 1:
        for practice in practices:
            yield practice, render_one(folder, practice)
        return
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["transforms.documents.prepared"])
    # A pool for each batch, rather than `max_tasks_per_child`, which in Python 3.11 can leave
    # the last tasks waiting for ever (CPython gh-115634).
    batch = processes * PRACTICES_A_PROCESS
    for start in range(0, len(practices), batch):
        with ProcessPoolExecutor(processes, context) as pool:
            waiting = {
                pool.submit(render_one, folder, practice): practice
                for practice in practices[start : start + batch]
            }
            try:
                for future in as_completed(waiting):
                    yield waiting[future], future.result()
            finally:
                pool.shutdown(cancel_futures=True)


def _complete(folder: Path, practice: str) -> list[Path]:
    """`render_practice`, of a practice whose package is whole."""
    for name in (STATEMENT_FILE, CHARGES_FILE):
        if not (folder / practice / name).exists():
            raise UsageError(f"{folder / practice}: {name} is missing; close the period again.")
    return render_practice(folder, practice)
