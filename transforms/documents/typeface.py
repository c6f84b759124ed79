"""The typeface of all documents, Source Sans 3, from an installed package, never the machine.

It is cut down to the characters that documents use. It stays variable: weights are made where they
are used.
"""

from base64 import b64encode
from functools import lru_cache
from io import BytesIO
from pathlib import Path

import fontpkg_source_sans_3
from fontTools import subset
from fontTools.ttLib import TTFont

FAMILY = "Source Sans 3"
FONT_FILE = Path(fontpkg_source_sans_3.ROOT) / "files" / "SourceSans3[wght].ttf"
# Latin with every accent of Europe's languages (Welsh included), punctuation, a few signs.
_CHARACTERS = (
    frozenset(range(0x20, 0x250))
    | frozenset(range(0x2000, 0x2070))
    | {0x20AC, 0x2212, 0x25A1, 0x25B2, 0x25BC, 0x25C6, 0x2713, 0x2717, 0x2192}
)


@lru_cache(maxsize=1)
def font() -> bytes:
    """The font as a TrueType file, made once in a process.

    Over the whole one, WeasyPrint would take five times as long to make the weights that it embeds
    in every document.
    """
    options = subset.Options(
        layout_features=["kern"], layout_closure=False, hinting=False, notdef_outline=True
    )
    content = BytesIO()
    with TTFont(FONT_FILE, recalcTimestamp=False, lazy=True) as whole:
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=_CHARACTERS)
        subsetter.subset(whole)
        whole.save(content)
    return content.getvalue()


@lru_cache(maxsize=1)
def characters() -> frozenset[int]:
    """The code points that the font has."""
    with TTFont(BytesIO(font()), lazy=True) as small:
        return frozenset(small.getBestCmap())


@lru_cache(maxsize=1)
def data_address() -> str:
    """The font as a `data:` address, for a page that needs no file but itself."""
    content = BytesIO()
    with TTFont(BytesIO(font()), recalcTimestamp=False) as small:
        small.flavor = "woff"
        small.save(content)
    return f"data:font/woff;base64,{b64encode(content.getvalue()).decode()}"
