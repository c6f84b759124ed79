"""The pages behind Airflow's login: control reports, Data Docs, and lists of packages.

A browser follows no file link, so Airflow's API server serves these, and nothing else: no page has
a value of a patient's record, and what has (workbooks, detail files) stays on disk. Who may see the
runs of `monthly_statements` may see them. No part of an address becomes part of a path unless it is
one of a few that are known.
"""

import html
import os
from pathlib import Path

from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity
from airflow.api_fastapi.core_api.security import requires_access_dag
from fastapi import Depends, FastAPI, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse

from transforms import data_docs, package
from transforms.documents import names
from transforms.errors import PbcError
from transforms.gate_figures import GATES
from transforms.periods import Period
from transforms.site import Site, load_site

_HEADERS = {
    # Pages stand alone: nothing is loaded from elsewhere, and nothing is run.
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}

app = FastAPI(
    title="Practice budget statements",
    openapi_url=None,
    dependencies=[Depends(requires_access_dag("GET", DagAccessEntity.RUN, "monthly_statements"))],
)


@app.exception_handler(PbcError)
def _said(_request: Request, error: PbcError) -> Response:
    return PlainTextResponse(str(error), status_code=404)


@app.get("/{code}/{period}/gates/{gate}/{page}")
def gate_of_a_period(code: str, period: str, gate: str, page: str) -> Response:
    """Data Docs of a gate of the latest close of a period, also of one that it stopped."""
    site, month = _known(code, period)
    return _page(site.output(code, month, 1).parent / "gates" / _docs(gate, page))


@app.get("/{code}/{period}/r{revision}/gates/{gate}/{page}")
def gate_of_a_revision(code: str, period: str, revision: int, gate: str, page: str) -> Response:
    """Data Docs of a gate, as kept with a revision; the control report links to them."""
    return _page(_revision(code, period, revision) / "gates" / _docs(gate, page))


@app.get("/{code}/{period}/r{revision}/control_report.html")
def control_report(code: str, period: str, revision: int) -> Response:
    """The commissioner's control report of a revision."""
    folder = _revision(code, period, revision)
    return _page(names.control_report(folder, _manifest(folder)))


@app.get("/{code}/{period}/r{revision}/packages.html")
def packages(code: str, period: str, revision: int) -> Response:
    """The packages of a revision: each practice's files with size and SHA-256, and where they lie.

    Their contents are not served: detail files are about patients.
    """
    folder = _revision(code, period, revision)
    files = _manifest(folder).files
    if (folder / package.DOCUMENTS_FILE).is_file():
        files += package.read_documents(folder).files
    rows = "".join(
        f"<tr><td>{html.escape(file.path)}</td><td>{file.size:,}</td>"
        f"<td><code>{html.escape(file.sha256)}</code></td></tr>"
        for file in sorted(files, key=lambda file: file.path)
    )
    title = f"Packages of {code} {period} r{revision}"
    return HTMLResponse(
        f'<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{title}</h1>"
        f"<p>They lie in <code>{html.escape(str(folder))}</code> of the machine that made them. "
        f'<a href="control_report.html">Control report</a></p>'
        "<table><thead><tr><th>File</th><th>Bytes</th><th>SHA-256</th></tr></thead>"
        f"<tbody>{rows}</tbody></table></body></html>",
        headers=_HEADERS,
    )


_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem; color: #212b32; }
table { border-collapse: collapse; }
th, td { text-align: left; padding: .25rem 1rem .25rem 0; border-bottom: 1px solid #d8dde0; }
td:nth-child(2), th:nth-child(2) { text-align: right; font-variant-numeric: tabular-nums; }
code { font-size: .85em; }
"""


def _known(code: str, period: str) -> tuple[Site, Period]:
    """The site and a period. Raises PbcError where the site has no such commissioner."""
    site = load_site(Path(os.environ.get("PBC_SITE", "")))
    site.commissioner(code)
    return site, Period.parse(period)


def _revision(code: str, period: str, revision: int) -> Path:
    site, month = _known(code, period)
    return site.output(code, month, revision)


def _manifest(folder: Path) -> package.Manifest:
    if not (folder / package.MANIFEST_FILE).is_file():
        raise HTTPException(404, "There are no packages: this close has not come so far.")
    return package.read_manifest(folder)


def _docs(gate: str, page: str) -> str:
    if gate not in GATES or page not in (data_docs.RESULT_PAGE, data_docs.SUITE_PAGE):
        raise HTTPException(404, "There is no such page.")
    return f"{gate}/{page}"


def _page(path: Path) -> Response:
    if not path.is_file():
        raise HTTPException(404, f"{path.name} is not there: this close has not come so far.")
    return HTMLResponse(path.read_bytes(), headers=_HEADERS)
