"""Making a site: an empty one to fill in, or the synthetic sample."""

import shutil
from pathlib import Path

from transforms.errors import UsageError
from transforms.site import SITE_FILE, load_site

_SAMPLE = Path(__file__).resolve().parents[1] / "data" / "sample" / "site"

_FOLDERS = (
    "archive",
    "delivery",
    "held",
    "inbox",
    "out",
    "reference/tariffs",
    "refused",
    "warehouse",
)

_SETTINGS = """\
# Settings of this site. What is commented out has the default shown, or an example where none is
# set.

[site]
name = "Name of the information service"

# One table for each commissioner: its ODS code and its name.
[[commissioners]]
code = "5XX"
name = "Name of the commissioner"

# [landing]
# bulk_shrink_percent = 25        # hold a bulk file that would remove more than this share
# bulk_period_limit_days = 366    # hold a bulk file whose report period is longer

# [attribution]
# date = "admission"              # or "discharge"

# [ledger]
# opens = "2004-04"               # first activity month posted; none set: no bound
# freeze_after_months = 3         # none set: never

# [statements]
# suppress_below = 6
# statement_working_day = 10
# contact = ""

# [gates]
# enforce = true                  # false: gates report but stop nothing

# [delivery]
# enabled = false                 # docs/security.md says what else it needs
# maximum_megabytes = 35
# auto_approve = false

# [warehouse]
# memory_limit = "4GB"            # of the whole program, not of DuckDB alone
# threads = 2                     # none of the three set: DuckDB's own choice
# temp_directory = "/var/tmp"
"""


def make(directory: Path, *, sample: bool) -> None:
    """Make a site in a new or empty directory. Raises UsageError where something is there."""
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise UsageError(f"{directory} is not empty. Give a new directory; nothing was changed.")
    for folder in _FOLDERS:
        (directory / folder).mkdir(parents=True, exist_ok=True)
    if sample:
        shutil.copytree(_SAMPLE, directory, dirs_exist_ok=True)
    else:
        (directory / SITE_FILE).write_text(_SETTINGS, encoding="utf-8")
    for commissioner in load_site(directory).config.commissioners:
        for folder in ("inbox", "archive", "held", "refused"):
            (directory / folder / commissioner.code).mkdir(parents=True, exist_ok=True)
