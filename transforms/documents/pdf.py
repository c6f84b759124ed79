"""HTML to PDF/UA-1 by WeasyPrint, the same bytes for the same HTML on every machine.

What could make them differ is shut out: fonts of the machine (none is configured, the one in use
comes with an installed package), the clock (nothing bears the time) and every address but the
font's own. A character that the font lacks becomes an empty box, rather than come out of
whichever font a machine happens to have.
"""

import logging
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache

import pydyf
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcherResponse

from transforms.documents import typeface
from transforms.documents.templates import TEMPLATES

EMPTY_BOX = "\N{WHITE SQUARE}"

# Steps of each document, which a task's log need not tell.
logging.getLogger("weasyprint.progress").setLevel(logging.WARNING)

Fetcher = Callable[[str], URLFetcherResponse]


def font_address(weight: int) -> str:
    """The address of the font in one weight, which only this module's fetcher knows."""
    return f"font:source-sans-3-{weight}"


def only_the_font(fonts: Mapping[str, bytes]) -> Fetcher:
    """A fetcher of the font and nothing else: an address out of a value is not followed.

    `fonts` are the font's files by their addresses.
    """

    def fetch(url: str) -> URLFetcherResponse:
        if url not in fonts:
            raise FatalURLFetchingError("a document fetches nothing but its font")
        return URLFetcherResponse(url, fonts[url], {"Content-Type": "font/ttf"})

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
    fetcher = only_the_font(
        {font_address(weight): typeface.font(weight) for weight in typeface.WEIGHTS}
    )
    faces = CSS(
        string="".join(
            f'@font-face {{ font-family: "{typeface.FAMILY}"; font-weight: {weight}; '
            f'src: url("{font_address(weight)}") }}'
            for weight in typeface.WEIGHTS
        ),
        font_config=configuration,
        url_fetcher=fetcher,
    )
    return configuration, faces, fetcher


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
    configuration, faces, fetcher = _fonts()
    has = typeface.characters()
    lacking = {c for c in map(ord, set(html)) if c not in has and chr(c).isprintable()}
    document = HTML(string=html.translate(dict.fromkeys(lacking, EMPTY_BOX)), url_fetcher=fetcher)
    content: bytes = document.write_pdf(
        font_config=configuration,
        stylesheets=[faces],
        pdf_variant="pdf/ua-1",
        finisher=_scope_of_headers,
    )
    return content
