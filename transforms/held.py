"""Held files (rule H01): a person releases them, and they land, or rejects them for good."""

from pathlib import Path

from transforms import land, warehouse
from transforms.errors import UsageError
from transforms.feeds.file import inspect
from transforms.land import LandedFile
from transforms.site import Site


def release(site: Site, commissioner: str, interchange: str) -> LandedFile:
    """Land a held file and move it to the archive, or to refused/ if it is spoilt otherwise.

    `interchange` is its identifier, SENDER:INTERCHANGE, or its file's name. Raises UsageError
    where no held file bears it, or several do.
    """
    with warehouse.open_warehouse(site, commissioner, "releasing a held file") as connection:
        path = _find(site, commissioner, interchange)
        result = land.land_file(connection, path, site.config.landing, release=True)
        folder = site.refused if result.outcome == "refused" else site.archive
        land.move(path, folder(commissioner), result)
        land.report_of(path).unlink(missing_ok=True)
    return result


def reject(site: Site, commissioner: str, interchange: str) -> LandedFile:
    """Move a held file to refused/; its content will not land again, and is not held again.

    `interchange` as for `release`. Raises UsageError.
    """
    lock = site.warehouse(commissioner).with_suffix(".lock")
    with warehouse.lock(lock, "rejecting a held file"):
        path = _find(site, commissioner, interchange)
        sender, _, identifier = _name(path).partition(":")
        result = LandedFile(
            path.name,
            "refused",
            "H01 It was held and then rejected for good. Ask the sender for a corrected "
            "interchange.",
            rule="H01",
            sender=sender,
            interchange_id=identifier,
        )
        mark = f"{land.REJECTED_MARK}{inspect(path).sha256}"
        land.move(path, site.refused(commissioner), result, mark)
        land.report_of(path).unlink(missing_ok=True)
    return result


def _find(site: Site, commissioner: str, interchange: str) -> Path:
    """The one held file that is meant."""
    names = {path: _name(path) for path in _held(site, commissioner)}
    found = [
        path
        for path, name in names.items()
        if interchange in (path.name, name, name.partition(":")[2])
    ]
    if len(found) == 1:
        return found[0]
    if found:
        told = " or ".join(
            names[path] if len({names[each] for each in found}) > 1 else path.name for path in found
        )
        raise UsageError(f"Several held files bear {interchange}: say which, {told}.")
    waiting = ", ".join(sorted(names.values())) or "none"
    raise UsageError(f"No held file of {commissioner} bears {interchange}. Held: {waiting}.")


def _held(site: Site, commissioner: str) -> list[Path]:
    folder = site.held(commissioner)
    return sorted(
        path
        for path in (folder.iterdir() if folder.is_dir() else ())
        if path.is_file() and land.report_of(path).exists()
    )


def _name(path: Path) -> str:
    """SENDER:INTERCHANGE of a held file, as its report says."""
    names = land.marked(land.report_of(path), land.INTERCHANGE_MARK)
    return names[0] if names else f":{path.name}"
