"""What the rendered files of a revision are called; names hold codes alone, no patient data."""

from pathlib import Path

from transforms.package import Manifest


def _stem(manifest: Manifest, practice: str | None = None) -> str:
    parts = [manifest.commissioner_code, manifest.period, f"r{manifest.revision}"]
    if practice is not None:
        parts.insert(2, practice)
    return "_".join(parts)


def practice_files(folder: Path, manifest: Manifest, practice: str) -> dict[str, Path]:
    """A practice's documents, by kind: `pdf`, `html`, `xlsx`, `csv`."""
    stem = folder / practice / _stem(manifest, practice)
    return {
        "pdf": stem.with_name(f"{stem.name}_statement.pdf"),
        "html": stem.with_name(f"{stem.name}_statement.html"),
        "xlsx": stem.with_name(f"{stem.name}_detail.xlsx"),
        "csv": stem.with_name(f"{stem.name}_detail.csv"),
    }


def commissioner_summary(folder: Path, manifest: Manifest) -> Path:
    """The commissioner's summary workbook."""
    return folder / f"{_stem(manifest)}_summary.xlsx"


def control_report(folder: Path, manifest: Manifest) -> Path:
    """The control report."""
    return folder / f"{_stem(manifest)}_control_report.html"


def budget_letter(package: Path, number: str) -> Path:
    """A budget letter, in its package's folder: `5XA_2004-05_Y90003_budget_letter.pdf`."""
    return package / f"{number.replace('/', '_')}_budget_letter.pdf"
