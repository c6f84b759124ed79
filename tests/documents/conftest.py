"""The example packages rendered once for all tests of the documents."""

import fcntl
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.documents.example_control import write_control_files
from tests.documents.example_package import EXTREMES, write_package
from transforms import documents
from transforms import package as p
from transforms.documents import names


@dataclass(frozen=True)
class Rendered:
    """A revision's folder with every extreme in it, rendered."""

    folder: Path

    @property
    def manifest(self) -> p.Manifest:
        """The revision's manifest."""
        return p.read_manifest(self.folder)

    @property
    def summary(self) -> Path:
        """The commissioner's summary."""
        return names.commissioner_summary(self.folder, self.manifest)

    @property
    def control_report(self) -> Path:
        """The control report."""
        return names.control_report(self.folder, self.manifest)

    def package(self, extreme: str) -> Path:
        """The package folder of an extreme."""
        return self.folder / EXTREMES[extreme].code

    def statement(self, extreme: str) -> p.Statement:
        """Its statement."""
        return p.read_statement(self.package(extreme))

    def file(self, extreme: str, kind: str) -> Path:
        """One of its documents: `pdf`, `html`, `xlsx`, `csv`."""
        return names.practice_files(self.folder, self.manifest, EXTREMES[extreme].code)[kind]


@pytest.fixture(scope="session")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Rendered:
    """Every extreme rendered in two processes, and the commissioner's documents. Only to be read.

    Test processes share it: whoever comes first makes it.
    """
    base = tmp_path_factory.getbasetemp()
    # Under xdist each process has a folder of its own in the folder of the run.
    folder = (base.parent if base.name.startswith("popen-") else base) / "rendered"
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.with_suffix(".done").exists():
            write_package(folder, list(EXTREMES.values()))
            write_control_files(folder)
            documents.render(folder, processes=2)
            documents.render_commissioner(folder)
            folder.with_suffix(".done").touch()
    return Rendered(folder)
