"""The pages behind Airflow's login: who sees them, what they show, and what they never do."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import sample_site
from tests.pipeline_run import done

pytestmark = [pytest.mark.xdist_group("airflow"), pytest.mark.slow]

REPORT = "/pages/5XA/2004-09/r1/control_report.html"
PACKAGES = "/pages/5XA/2004-09/r1/packages.html"
DOCS = "/pages/5XA/2004-09/r1/gates/charges/index.html"


@pytest.fixture(scope="module")
def rendered(sample_to_august: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample site with September closed and its control report made."""
    import shutil

    from transforms import documents

    site = tmp_path_factory.mktemp("pages") / "site"
    shutil.copytree(sample_to_august, site)
    sample_site.play(site, sample_site.SEPTEMBER)
    documents.render_commissioner(site / "out" / "5XA" / "2004-09" / "r1")
    return site


@pytest.fixture(scope="module")
def server(rendered: Path) -> Iterator[Any]:
    """Airflow's API server with the plugin in it, as its users reach it."""
    import os

    from airflow.api_fastapi.app import create_app
    from airflow.utils import db
    from fastapi.testclient import TestClient

    db.initdb()
    before = os.environ.get("PBC_SITE")
    os.environ["PBC_SITE"] = str(rendered)
    with TestClient(create_app(apps="core"), base_url="http://127.0.0.1") as client:
        yield client
    os.environ.pop("PBC_SITE")
    if before is not None:
        os.environ["PBC_SITE"] = before


@pytest.fixture(scope="module")
def token(server: Any) -> str:
    """What Airflow gives to who has signed in."""
    from airflow.api_fastapi.app import get_auth_manager
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser

    return str(
        get_auth_manager().generate_jwt(SimpleAuthManagerUser(username="ann", role="viewer"))
    )


def get(server: Any, address: str, token: str | None) -> Any:
    server.cookies.clear()
    headers = {} if token is None else {"Cookie": f"_token={token}"}
    return server.get(address, headers=headers, follow_redirects=False)


@pytest.mark.parametrize("address", [REPORT, PACKAGES, DOCS, "/pages/", "/pages/anything"])
def test_who_has_not_signed_in_sees_nothing(server: Any, address: str) -> None:
    for credential in (None, "not-a-token", ""):
        answer = get(server, address, credential)
        assert answer.status_code in (401, 403, 404)
        assert "5XA" not in answer.text
        if address in (REPORT, PACKAGES, DOCS):
            assert answer.status_code in (401, 403)


def test_a_token_that_another_signed_is_none(server: Any, token: str) -> None:
    import jwt

    claims = jwt.decode(token, options={"verify_signature": False})
    forged = jwt.encode(
        claims, "another secret of at least sixty-four bytes for HS512" * 2, "HS512"
    )
    assert get(server, REPORT, forged).status_code in (401, 403)


@pytest.mark.parametrize(
    ("address", "shows"),
    [(REPORT, "Quality gates"), (DOCS, "Spells of the month in suspense"), (PACKAGES, "SHA-256")],
)
def test_who_has_signed_in_sees_the_page(server: Any, token: str, address: str, shows: str) -> None:
    answer = get(server, address, token)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert shows in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "no-store" in answer.headers["cache-control"]


def test_the_control_report_s_links_to_data_docs_lead_somewhere(server: Any, token: str) -> None:
    report = get(server, REPORT, token).text
    links = re.findall(r'href="(gates/[^"]+)"', report)
    assert len(links) == 4
    for link in links:
        assert get(server, f"/pages/5XA/2004-09/r1/{link}", token).status_code == 200


def test_the_list_of_packages_names_every_file(server: Any, token: str, rendered: Path) -> None:
    page = get(server, PACKAGES, token).text
    for path in (rendered / "out" / "5XA" / "2004-09" / "r1").glob("*/statement.json"):
        assert f"{path.parent.name}/statement.json" in page


OUTSIDE = [
    "/pages/5XA/2004-09/r1/Y90001/statement.json",
    "/pages/5XA/2004-09/r1/Y90001/charges.parquet",
    "/pages/5XA/2004-09/r1/manifest.json",
    "/pages/5XA/2004-09/r1/gates/charges/../../manifest.json",
    "/pages/5XA/2004-09/r1/gates/charges/..%2f..%2fmanifest.json",
    "/pages/5XA/2004-09/r1/gates/..%2f..%2f/manifest.json",
    "/pages/5XA/2004-09/r1/gates/%2e%2e/%2e%2e/index.html",
    "/pages/..%2f..%2f..%2fsite.toml",
    "/pages/5XA/..%2f..%2f..%2f/r1/control_report.html",
    "/pages/%2e%2e/2004-09/r1/control_report.html",
    "/pages/5XB/2004-09/r1/control_report.html",
    "/pages/5XA/2004-13/r1/control_report.html",
    "/pages/5XA/2004-10/r1/control_report.html",
    "/pages/5XA/2004-09/r2/control_report.html",
    "/pages/5XA/2004-09/r-1/control_report.html",
    "/pages/5XA/2004-09/r1/gates/charges/charges.json",
    "/pages/5XA/2004-09/r1/gates/colour/index.html",
    "/pages/docs",
    "/pages/openapi.json",
]


@pytest.mark.parametrize("address", OUTSIDE)
def test_nothing_else_is_served(server: Any, token: str, address: str) -> None:
    answer = get(server, address, token)
    assert answer.status_code in (404, 422)


def test_no_page_has_a_patient_s_number(server: Any, token: str, rendered: Path) -> None:
    import duckdb

    told = "".join(get(server, address, token).text for address in (REPORT, PACKAGES, DOCS))
    with duckdb.connect(str(rendered / "warehouse" / "5XA.duckdb"), read_only=True) as connection:
        numbers = connection.execute("select distinct nhs_number from record").fetchall()
    assert len(numbers) > 500
    assert [number for (number,) in numbers if number and number in told] == []


def test_a_gate_that_stopped_a_month_has_its_page(
    server: Any, token: str, site_before_september: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.pipeline_run import pbc

    with (site_before_september / "site.toml").open("a") as settings:
        settings.write("\n[gates.charges.suspense_percent]\nwarn = 0\nstop = 0\n")
    done(site_before_september, "land")
    assert pbc(site_before_september, "close", "2004-09").exit_code == 1
    monkeypatch.setenv("PBC_SITE", str(site_before_september))
    answer = get(server, "/pages/5XA/2004-09/gates/charges/index.html", token)
    assert answer.status_code == 200
    assert get(server, REPORT, token).status_code == 404
