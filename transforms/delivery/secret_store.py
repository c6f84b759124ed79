"""Where secrets come from: a file outside the site with mode 0600, or Airflow's secrets backend.

Both hold the same: the practices' passphrases, and what the mail server asks for. Nothing of them
is ever logged, written down or put into an error; an object that holds them does not show them.

As a file, TOML:

    [smtp]
    password = "..."            # or access_token, or client_secret

    [passphrases]
    Y90001 = "..."

As a variable of Airflow, the same as JSON: {"smtp": {...}, "passphrases": {...}}.
"""

import json
import os
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from transforms.errors import UsageError
from transforms.site import SITE_FILE, Site

_SMTP_KEYS = ("password", "access_token", "client_secret")


@dataclass(frozen=True)
class Secrets:
    """Passphrases by practice code, and the mail server's secret. Never shown."""

    passphrases: Mapping[str, str] = field(repr=False)
    password: str | None = field(default=None, repr=False)
    access_token: str | None = field(default=None, repr=False)
    client_secret: str | None = field(default=None, repr=False)


def load(site: Site) -> Secrets:
    """Fetch the secrets. Raises UsageError, without a word of what was read."""
    settings = site.config.delivery.secrets
    if (settings.file is None) == (settings.airflow_variable is None):
        raise UsageError(
            "Say where the practices' passphrases are: in [delivery.secrets] of "
            f"{SITE_FILE} either file (outside the site, mode 0600) or airflow_variable."
        )
    if settings.file is not None:
        path = Path(settings.file)
        return _secrets(_of_file(site, path), str(path))
    name = str(settings.airflow_variable)
    return _secrets(_of_airflow(name), f"Airflow's variable {name}")


def _of_file(site: Site, path: Path) -> Any:
    where = f"{path} ([delivery.secrets] file)"
    if not path.is_absolute():
        raise UsageError(f"{where}: give the whole path, from / on.")
    real = path.resolve()
    if real.is_relative_to(site.directory.resolve()):
        raise UsageError(
            f"{where} lies in the site, which is backed up and handed on. Move it out of it."
        )
    try:
        # What is checked is what is read: the file once opened.
        with real.open("rb") as file:
            state = os.fstat(file.fileno())
            if not stat.S_ISREG(state.st_mode):
                raise UsageError(f"{where} is not a file.")
            if stat.S_IMODE(state.st_mode) & 0o177:
                raise UsageError(
                    f"{where} has mode {stat.S_IMODE(state.st_mode):04o}, so others than its owner "
                    f"may read it. Run 'chmod 600 {path}', and change what was in it."
                )
            if state.st_uid != os.geteuid():
                raise UsageError(f"{where} belongs to another user than the one who sends.")
            content = file.read()
    except OSError as error:
        raise UsageError(f"{where} cannot be read: {error.strerror}.") from None
    try:
        return tomllib.loads(content.decode("utf-8"))
    except ValueError:
        # The parser's own words quote what it read.
        raise UsageError(f"{where} is not valid TOML in UTF-8. Correct it there.") from None


def _of_airflow(name: str) -> Any:
    from airflow.sdk import Variable
    from airflow.sdk.log import mask_secret

    try:
        content = str(Variable.get(name))
    except Exception as error:
        # Of whatever kind: its text may hold what a backend said, which is not for a log.
        raise UsageError(
            f"Airflow's secrets backend does not give the variable {name} "
            f"([delivery.secrets] airflow_variable; {type(error).__name__})."
        ) from None
    try:
        found = json.loads(content)
    except ValueError:
        raise UsageError(
            f"Airflow's variable {name} is not valid JSON. Correct it there."
        ) from None
    if isinstance(found, dict):
        for part in found.values():
            for value in part.values() if isinstance(part, dict) else ():
                mask_secret(value)
    return found


def _secrets(found: Any, where: str) -> Secrets:
    tables = found if isinstance(found, dict) else {}
    smtp, passphrases = tables.get("smtp", {}), tables.get("passphrases", {})
    for table in (found, smtp, passphrases):
        if not isinstance(table, dict):
            raise UsageError(f"{where} is to hold the tables smtp and passphrases, no other thing.")
    unknown = [f"smtp.{name}" for name in smtp if name not in _SMTP_KEYS]
    unknown += [name for name in tables if name not in ("smtp", "passphrases")]
    if unknown:
        raise UsageError(f"{where} holds what is not known here: {', '.join(sorted(unknown))}.")
    if not all(isinstance(value, str) for table in (smtp, passphrases) for value in table.values()):
        raise UsageError(f"{where}: every secret is a text, in quotes.")
    return Secrets(passphrases, **smtp)
