"""HTML to PDF/UA-1 by WeasyPrint, the same bytes for the same HTML on every machine.

What could make them differ is shut out: fonts of the machine (none is configured, the one in use
comes with an installed package), the clock (fonts bear a fixed time stamp) and every address but
the font's own. A character that the font lacks becomes an empty box, rather than come out of
whichever font a machine happens to have.
"""

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache

import pydyf
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcherResponse

from transforms.documents import typeface
from transforms.documents.templates import TEMPLATES

FONT_ADDRESS = "font:source-sans-3"
EMPTY_BOX = "\N{WHITE SQUARE}"
# Any fixed second will do; this one is 2004-04-01, 00:00 UTC.
_FONT_TIME_STAMP = "1080777600"

# Steps of each document, which a task's log need not tell.
logging.getLogger("weasyprint.progress").setLevel(logging.WARNING)

Fetcher = Callable[[str], URLFetcherResponse]


def only_the_font(font: bytes) -> Fetcher:
    """A fetcher of the one font and nothing else: an address out of a value is not followed."""

    def fetch(url: str) -> URLFetcherResponse:
        if url != FONT_ADDRESS:
            raise FatalURLFetchingError("a document fetches nothing but its font")
        return URLFetcherResponse(url, font, {"Content-Type": "font/ttf"})

    return fetch


@contextmanager
def _environment(name: str, value: str) -> Iterator[None]:
    """A variable of the environment, for libraries that can be told in no other way."""
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


@lru_cache(maxsize=1)
def _fonts() -> tuple[FontConfiguration, CSS, Fetcher]:
    """The font of this process, ready for use: made once, used for all its documents."""
    with _environment("FONTCONFIG_FILE", str(TEMPLATES / "fonts.conf")):
        configuration = FontConfiguration()
    fetcher = only_the_font(typeface.font())
    face = CSS(
        string=f'@font-face {{ font-family: "{typeface.FAMILY}"; src: url("{FONT_ADDRESS}") }}',
        font_config=configuration,
        url_fetcher=fetcher,
    )
    return configuration, face, fetcher


def make_ready() -> None:
    """Prepare the font, which `pdf` does at its first document otherwise."""
    _fonts()
    typeface.characters()


def _scope_of_headers(_: object, made: pydyf.PDF) -> None:
    """Say of every table header whether it heads a column or a row.

    WeasyPrint links each cell to its headers; readers that go by the scope find it here. A header
    in a table's head heads its column, as every template's `scope` has it, and any other its row.
    """
    elements = {
        content.reference: content
        for content in made.objects
        if isinstance(content, pydyf.Dictionary) and content.get("Type") == "/StructElem"
    }
    for element in elements.values():
        if element["S"] == "/TH":
            row_group = elements[elements[element["P"]]["P"]]
            element["A"]["Scope"] = "/Column" if row_group["S"] == "/THead" else "/Row"


def pdf(html: str) -> bytes:
    """The PDF of a document; its language, title and headings come from the HTML."""
    configuration, face, fetcher = _fonts()
    has = typeface.characters()
    lacking = {c for c in map(ord, set(html)) if c not in has and chr(c).isprintable()}
    document = HTML(string=html.translate(dict.fromkeys(lacking, EMPTY_BOX)), url_fetcher=fetcher)
    # WeasyPrint embeds static fonts made of the variable one; fontTools dates them by the clock
    # unless this variable says otherwise.
    with _environment("SOURCE_DATE_EPOCH", _FONT_TIME_STAMP):
        content: bytes = document.write_pdf(
            font_config=configuration,
            stylesheets=[face],
            pdf_variant="pdf/ua-1",
            finisher=_scope_of_headers,
        )
    return content
