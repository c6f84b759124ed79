"""HTML to PDF/UA-1 by WeasyPrint, the same bytes for the same HTML on every machine.

What could make them differ is shut out: fonts of the machine (none is configured, the one in use
comes with an installed package), the clock (fonts bear a fixed time stamp) and every address but
the font's own. A character that the font lacks becomes an empty box, rather than come out of
whichever font a machine happens to have.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path

import fontpkg_source_sans_3
from fontTools import subset
from fontTools.ttLib import TTFont
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcherResponse

from transforms.documents.templates import TEMPLATES

FONT_FILE = Path(fontpkg_source_sans_3.ROOT) / "files" / "SourceSans3[wght].ttf"
FONT_ADDRESS = "font:source-sans-3"
EMPTY_BOX = "\N{WHITE SQUARE}"
# Latin with every accent of Europe's languages (Welsh included), punctuation, a few signs.
_CHARACTERS = (
    frozenset(range(0x20, 0x250))
    | frozenset(range(0x2000, 0x2070))
    | {0x20AC, 0x2212, 0x25A1, 0x25B2, 0x25BC, 0x25C6, 0x2713, 0x2192}
)
# Any fixed second will do; this one is 2004-04-01, 00:00 UTC.
_FONT_TIME_STAMP = "1080777600"


def only_the_font(font: bytes) -> Callable[[str], URLFetcherResponse]:
    """A fetcher of the one font and nothing else: an address out of a value is not followed."""

    def fetch(url: str) -> URLFetcherResponse:
        if url != FONT_ADDRESS:
            raise FatalURLFetchingError("a document fetches nothing but its font")
        return URLFetcherResponse(url, font, {"Content-Type": "font/ttf"})

    return fetch


@dataclass(frozen=True)
class Typeface:
    """A process's font, ready for use, and the code points that it has."""

    configuration: FontConfiguration
    face: CSS
    fetcher: Callable[[str], URLFetcherResponse]
    characters: frozenset[int]


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


def _font() -> tuple[bytes, frozenset[int]]:
    """The font cut down to the characters that documents use, and which of them it has.

    WeasyPrint works over the whole font for every weight of every document; over this one it takes
    a fifth of the time. The font stays variable: its weights are made where they are used.
    """
    options = subset.Options(
        layout_features=["kern"], layout_closure=False, hinting=False, notdef_outline=True
    )
    content = BytesIO()
    with TTFont(FONT_FILE, recalcTimestamp=False, lazy=True) as font:
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=_CHARACTERS)
        subsetter.subset(font)
        has = frozenset(font.getBestCmap())
        font.save(content)
    return content.getvalue(), has


@lru_cache(maxsize=1)
def typeface() -> Typeface:
    """The font of this process: made once, used for all its documents."""
    content, has = _font()
    with _environment("FONTCONFIG_FILE", str(TEMPLATES / "fonts.conf")):
        configuration = FontConfiguration()
    fetcher = only_the_font(content)
    face = CSS(
        string=f'@font-face {{ font-family: "Source Sans 3"; src: url("{FONT_ADDRESS}") }}',
        font_config=configuration,
        url_fetcher=fetcher,
    )
    return Typeface(configuration, face, fetcher, has)


def pdf(html: str) -> bytes:
    """The PDF of a document; its language, title and headings come from the HTML."""
    font = typeface()
    lacking = {c for c in map(ord, set(html)) if c not in font.characters and chr(c).isprintable()}
    document = HTML(
        string=html.translate(dict.fromkeys(lacking, EMPTY_BOX)), url_fetcher=font.fetcher
    )
    # WeasyPrint embeds static fonts made of the variable one; fontTools dates them by the clock
    # unless this variable says otherwise.
    with _environment("SOURCE_DATE_EPOCH", _FONT_TIME_STAMP):
        content: bytes = document.write_pdf(
            font_config=font.configuration, stylesheets=[font.face], pdf_variant="pdf/ua-1"
        )
    return content
