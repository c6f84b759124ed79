"""Rendering a revision's folder: whole files, in any number of processes, the same bytes again."""

import multiprocessing
from pathlib import Path

import pytest

from tests.documents.conftest import Rendered
from tests.documents.example_control import write_control_files
from tests.documents.example_package import EXTREMES, Practice, write_package
from transforms import documents
from transforms import package as p
from transforms.errors import UsageError

SMALL = [Practice(code=f"Y9010{n}", spells_a_month=3, adjusted=2) for n in range(2)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_package(tmp_path / "r1", SMALL)


def hashes(folder: Path) -> dict[str, str]:
    return {file.path: file.sha256 for file in p.read_documents(folder).files}


def test_every_practice_gets_its_four_documents(rendered: Rendered) -> None:
    for practice in EXTREMES.values():
        stem = f"5XA_2004-09_{practice.code}_r1"
        found = {path.name for path in (rendered.folder / practice.code).iterdir()}
        assert found == {
            "statement.json",
            "charges.parquet",
            f"{stem}_statement.pdf",
            f"{stem}_statement.html",
            f"{stem}_detail.xlsx",
            f"{stem}_detail.csv",
        }
    found = {path.name for path in rendered.folder.iterdir()}
    assert {"5XA_2004-09_r1_summary.xlsx", "5XA_2004-09_r1_control_report.html"} <= found


def test_documents_json_lists_every_file_but_the_control_report(rendered: Rendered) -> None:
    listed = hashes(rendered.folder)
    assert len(listed) == 4 * len(EXTREMES) + 1
    assert list(listed) == sorted(listed)
    assert not [path for path in listed if "control_report" in path]
    for path, digest in listed.items():
        assert p.file_hash(rendered.folder, rendered.folder / path).sha256 == digest


def test_no_part_of_a_file_is_left(rendered: Rendered) -> None:
    assert not list(rendered.folder.rglob("*.part"))


def test_chunks_rendered_apart_make_the_same_as_all_at_once(folder: Path, tmp_path: Path) -> None:
    result = documents.render(folder, [SMALL[1].code], processes=1)
    assert result.practices == (SMALL[1].code,)
    assert [path.suffix for path in result.files] == [".pdf", ".html", ".xlsx", ".csv"]
    assert len(p.read_documents(folder).files) == 4
    documents.render(folder, [SMALL[0].code], processes=1)
    again = write_package(tmp_path / "again", SMALL)
    told: list[tuple[int, int]] = []
    documents.render(again, progress=lambda done, of: told.append((done, of)), processes=1)
    assert (again / p.DOCUMENTS_FILE).read_bytes() == (folder / p.DOCUMENTS_FILE).read_bytes()
    assert told == [(0, 2), (1, 2), (2, 2)]


def test_a_practice_that_is_not_in_the_package_is_refused(folder: Path) -> None:
    with pytest.raises(UsageError, match="no statement of Y99999"):
        documents.render(folder, ["Y99999"])


def test_a_folder_that_is_no_package_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no manifest\.json there"):
        documents.render(tmp_path)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / SMALL[0].code / p.CHARGES_FILE).unlink()
    with pytest.raises(UsageError, match=r"Y90100.*charges\.parquet is missing"):
        documents.render(folder, [SMALL[0].code], processes=1)


def test_no_practices_are_rendered_without_ado(tmp_path: Path) -> None:
    folder = write_package(tmp_path, [])
    assert documents.render(folder).files == ()
    assert p.read_documents(folder).files == ()


def _in_a_daemon(folder: Path) -> None:
    documents.render(folder, [SMALL[0].code], processes=2)


def test_a_daemon_which_may_start_no_process_renders_by_itself(folder: Path) -> None:
    daemon = multiprocessing.get_context("spawn").Process(
        target=_in_a_daemon, args=(folder,), daemon=True
    )
    daemon.start()
    daemon.join(120)
    assert daemon.exitcode == 0
    assert len(p.read_documents(folder).files) == 4


def test_the_commissioners_documents_depend_on_figures_and_run(folder: Path) -> None:
    write_control_files(folder)
    first = [path.read_bytes() for path in documents.render_commissioner(folder).files]
    second = [path.read_bytes() for path in documents.render_commissioner(folder).files]
    assert first == second
