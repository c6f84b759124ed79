"""The turn of the months: whether a commissioner's next month may begin."""

from pathlib import Path

from transforms import close, package
from transforms.documents import names
from transforms.errors import ControlFailure
from transforms.periods import Period
from transforms.site import Site


def require_month_before(site: Site, commissioner: str, period: Period) -> None:
    """Stop a month whose month before has not come to its end: closed, let pass, and rendered.

    Raises ControlFailure. A commissioner's first month has none before it, and one that was begun
    has passed this already.
    """
    revision = close.require_turn(site, commissioner, period)
    if revision is None:
        return
    before = period.previous()
    folder = site.output(commissioner, before, revision)
    if not _is_rendered(folder):
        raise ControlFailure(
            f"{period} must wait: the documents of {before} are not all made. Run 'pbc render "
            f"{before}', or clear what failed in its run of monthly_statements."
        )


def _is_rendered(folder: Path) -> bool:
    """Whether the documents of a revision are made; the control report is the last of them."""
    if not (folder / package.MANIFEST_FILE).exists():
        return False
    return names.control_report(folder, package.read_manifest(folder)).exists()
