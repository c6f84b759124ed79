"""Secrets come from a file outside the site with mode 0600, or from Airflow; none is ever told."""

import json
import os
from pathlib import Path

import pytest

from tests.delivery.small_site import SmallSite, passphrase
from transforms.delivery import secret_store
from transforms.errors import UsageError

SECRET = "copper kettle 77 sings"


def test_a_file_gives_passphrases_and_the_server_s_secret(site: SmallSite) -> None:
    site.passphrases({"Y90001": SECRET}, password="of the server", access_token="of an hour")
    found = secret_store.load(site.load())
    assert found.passphrases == {"Y90001": SECRET}
    assert (found.password, found.access_token, found.client_secret) == (
        "of the server",
        "of an hour",
        None,
    )
    assert "of the" not in repr(found)
    assert SECRET not in repr(found)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o700, 0o644])
def test_a_file_that_others_may_read_or_that_runs_is_refused(site: SmallSite, mode: int) -> None:
    site.secrets.chmod(mode)
    with pytest.raises(UsageError, match=f"has mode {mode:04o}.*chmod 600"):
        secret_store.load(site.load())


def test_a_file_in_the_site_is_refused_however_it_is_named(site: SmallSite, tmp_path: Path) -> None:
    inside = site.directory / "reference" / "secrets.toml"
    site.secrets.rename(inside)
    link = tmp_path / "outside.toml"
    link.symlink_to(inside)
    for named in (inside, link, site.directory / ".." / "site" / "reference" / "secrets.toml"):
        site.delivery["secrets"] = {"file": str(named)}
        with pytest.raises(UsageError, match="lies in the site"):
            secret_store.load(site.load())


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (f'[passphrases]\nY90001 = "{SECRET}\n', "is not valid TOML"),
        (f'[passphrases]\nY90001 = ["{SECRET}"]\n', "every secret is a text"),
        (f'[smtp]\npasword = "{SECRET}"\n', "not known here: smtp.pasword"),
        (f'[others]\nY90001 = "{SECRET}"\n', "not known here: others"),
        (f'passphrases = "{SECRET}"\n', "the tables smtp and passphrases"),
    ],
)
def test_a_file_that_is_wrong_is_refused_without_a_word_of_what_is_in_it(
    site: SmallSite, content: str, says: str
) -> None:
    site.secrets.write_text(content)
    with pytest.raises(UsageError, match=says) as error:
        secret_store.load(site.load())
    assert SECRET not in str(error.value)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({}, "Say where the practices' passphrases are"),
        ({"file": "/a", "airflow_variable": "b"}, "Say where the practices' passphrases are"),
        ({"file": "secrets.toml"}, "give the whole path"),
        ({"file": "/nowhere/secrets.toml"}, "cannot be read: No such file"),
    ],
)
def test_a_place_that_is_none(site: SmallSite, settings: dict[str, str], says: str) -> None:
    site.delivery["secrets"] = settings
    with pytest.raises(UsageError, match=says):
        secret_store.load(site.load())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to another user")
def test_a_file_of_another_user_is_refused(site: SmallSite) -> None:
    os.chown(site.secrets, 65534, -1)
    with pytest.raises(UsageError, match="belongs to another user"):
        secret_store.load(site.load())


def test_airflow_s_secrets_backend_gives_the_same(
    site: SmallSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Through Airflow's own lookup; the backend here is its environment variables."""
    site.delivery["secrets"] = {"airflow_variable": "delivery_secrets"}
    monkeypatch.setenv(
        "AIRFLOW_VAR_DELIVERY_SECRETS",
        json.dumps({"smtp": {"password": "p"}, "passphrases": {"Y90001": passphrase("Y90001")}}),
    )
    found = secret_store.load(site.load())
    assert found.passphrases == {"Y90001": passphrase("Y90001")}
    assert found.password == "p"


def test_a_variable_that_is_wrong_or_missing_is_refused_without_a_word_of_it(
    site: SmallSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.delivery["secrets"] = {"airflow_variable": "delivery_secrets"}
    monkeypatch.setenv("AIRFLOW_VAR_DELIVERY_SECRETS", f"{{{SECRET}")
    with pytest.raises(UsageError, match="is not valid JSON") as error:
        secret_store.load(site.load())
    assert SECRET not in str(error.value)
    monkeypatch.delenv("AIRFLOW_VAR_DELIVERY_SECRETS")
    with pytest.raises(UsageError, match="does not give the variable delivery_secrets"):
        secret_store.load(site.load())
