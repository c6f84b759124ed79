"""The colours of all documents, once for style sheets and charts.

Every text colour keeps WCAG AA on white and on the panel (4.5 to 1), and so do lines, bars and dots
(3 to 1). Colour never stands alone: over and under budget bear signs and words, bands and lines
have names.
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
    chance_edge: str = "#7b8692"
    fan: str = "#d3e4f4"
    fan_edge: str = "#5a8fc0"
    dot: str = "#76848f"
    white: str = "#ffffff"


PALETTE = Palette()
