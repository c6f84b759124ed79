"""The example packages rendered once for all tests of the documents."""

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
    result: documents.RenderResult
    commissioner: documents.RenderResult

    def package(self, extreme: str) -> Path:
        """The package folder of an extreme."""
        return self.folder / EXTREMES[extreme].code

    def statement(self, extreme: str) -> p.Statement:
        """Its statement."""
        return p.read_statement(self.package(extreme))

    def file(self, extreme: str, kind: str) -> Path:
        """One of its documents: `pdf`, `html`, `xlsx`, `csv`."""
        manifest = p.read_manifest(self.folder)
        return names.practice_files(self.folder, manifest, EXTREMES[extreme].code)[kind]


@pytest.fixture(scope="session")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Rendered:
    """Every extreme, rendered in two processes, and the commissioner's documents."""
    folder = tmp_path_factory.mktemp("revision")
    write_package(folder, list(EXTREMES.values()))
    write_control_files(folder)
    result = documents.render(folder, processes=2)
    return Rendered(folder, result, documents.render_commissioner(folder))
