"""The colours of all documents, once for style sheets and charts.

Every text colour keeps WCAG AA (4.5 to 1) on white and on the panel. Colour never stands alone:
over and under budget bear signs and words, bands and lines have names.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Palette:
    """Hexadecimal colours; the style sheets have them as custom properties (``--ink``)."""

    ink: str = "#15212c"
    muted: str = "#4f5d6b"
    rule: str = "#d3dae1"
    panel: str = "#eef4fa"
    brand: str = "#0a4c86"
    over: str = "#9c3d06"
    under: str = "#0b6350"
    chance: str = "#e4e7ea"
    chance_edge: str = "#9aa5b0"
    fan: str = "#d3e4f4"
    fan_edge: str = "#6f9fca"
    dot: str = "#8593a1"
    white: str = "#ffffff"


PALETTE = Palette()
