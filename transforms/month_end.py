"""The turn of the months: whether a commissioner's next month may begin."""

from pathlib import Path

from transforms import close, package
from transforms.documents import names
from transforms.errors import ControlFailure
from transforms.periods import Period
from transforms.site import Site


def require_month_before(
    site: Site, commissioner: str, period: Period, *, may_be_first: bool
) -> None:
    """Stop a month whose month before has not come to its end: closed, let pass, and rendered.

    A month that was begun has passed this already. Where none was ever begun the books begin with
    this one, if it may be the first. Raises ControlFailure.
    """
    if not close.is_begun(site, commissioner):
        if may_be_first:
            return
        raise ControlFailure(
            f"No month of {commissioner} is closed yet, and a schedule does not say where its "
            "books begin. Close the first by a backfill of month_end from it on, by a run of "
            "monthly_statements by hand, or with 'pbc run'."
        )
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
