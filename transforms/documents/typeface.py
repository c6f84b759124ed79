"""The typeface of all documents, Source Sans 3, from an installed package, never the machine.

It is cut down to the characters that documents use. For pages that are printed it comes in the
weights that they use: of a variable font WeasyPrint would make each weight anew for each document.
"""

from base64 import b64encode
from functools import lru_cache
from io import BytesIO
from pathlib import Path

import fontpkg_source_sans_3
import uharfbuzz as harfbuzz
from fontTools.ttLib import TTFont

FAMILY = "Source Sans 3"
WEIGHTS = (400, 600, 700)
"""The weights of the printed pages' style sheets."""

FONT_FILE = Path(fontpkg_source_sans_3.ROOT) / "files" / "SourceSans3[wght].ttf"
# Latin with every accent of Europe's languages (Welsh included), punctuation, a few signs.
_CHARACTERS = (
    frozenset(range(0x20, 0x250))
    | frozenset(range(0x2000, 0x2070))
    | {0x20AC, 0x2212, 0x25A1, 0x25B2, 0x25BC, 0x25C6, 0x2713, 0x2717, 0x2192}
)
_KERNING = int.from_bytes(b"kern", "big")


def font(weight: int | None = None) -> bytes:
    """The font as a TrueType file: in one weight (400 is regular), or variable."""
    wanted = harfbuzz.SubsetInput()
    wanted.unicode_set.update(_CHARACTERS)
    wanted.layout_feature_tag_set.clear()
    wanted.layout_feature_tag_set.add(_KERNING)
    wanted.flags = harfbuzz.SubsetFlags.NO_HINTING | harfbuzz.SubsetFlags.NOTDEF_OUTLINE
    whole = harfbuzz.Face(harfbuzz.Blob.from_file_path(str(FONT_FILE)))
    if weight is not None:
        wanted.pin_axis_location(whole, "wght", weight)
    content: bytes = harfbuzz.subset(whole, wanted).blob.data
    return content


@lru_cache(maxsize=1)
def characters() -> frozenset[int]:
    """The code points that the font has."""
    return frozenset(harfbuzz.Face(font()).unicodes)


@lru_cache(maxsize=1)
def data_address() -> str:
    """The variable font as a `data:` address, for a page that needs no file but itself."""
    content = BytesIO()
    with TTFont(BytesIO(font()), recalcTimestamp=False) as small:
        small.flavor = "woff"
        small.save(content)
    return f"data:font/woff;base64,{b64encode(content.getvalue()).decode()}"
