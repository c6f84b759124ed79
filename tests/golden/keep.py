"""Keeps the sample's exports of September 2004 anew: `python -m tests.golden.keep`.

Read the difference before committing it: every figure that changed is one that users would see
change.
"""

import shutil
import tempfile
from pathlib import Path

from tests import sample_site
from tests.pipeline_run import done

KEPT = Path(__file__).parent / sample_site.SEPTEMBER
TABLES = ("budgets", "charges", "fates", "not_responsible", "position", "postings", "quarantine")


def export_all(site: Path, folder: Path, period: str = sample_site.SEPTEMBER) -> None:
    """Write every export of a period into a folder, as CSV."""
    folder.mkdir(parents=True, exist_ok=True)
    for table in TABLES:
        out = folder / f"{table}.csv"
        done(site, "export", table, "--period", period, "--out", str(out))


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        site = Path(name) / "site"
        sample_site.make(site)
        sample_site.play(site, *sample_site.PERIODS)
        shutil.rmtree(KEPT, ignore_errors=True)
        export_all(site, KEPT)


if __name__ == "__main__":
    main()
