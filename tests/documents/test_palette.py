"""What stands on a ground can be seen: WCAG 2.1, text 4.5 to 1 (1.4.3), lines 3 to 1 (1.4.11)."""

import pytest

from transforms.documents.palette import PALETTE


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.1 defines it."""
    channels = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("ground", [PALETTE.white, PALETTE.panel, PALETTE.chance, PALETTE.fan])
@pytest.mark.parametrize("text", [PALETTE.ink, PALETTE.muted, PALETTE.brand])
def test_text_on_every_ground(text: str, ground: str) -> None:
    assert contrast(text, ground) >= 4.5


@pytest.mark.parametrize("text", [PALETTE.over, PALETTE.under])
def test_over_and_under_on_white(text: str) -> None:
    assert contrast(text, PALETTE.white) >= 4.5


@pytest.mark.parametrize("ground", [PALETTE.brand, PALETTE.under])
def test_white_on_headers(ground: str) -> None:
    assert contrast(PALETTE.white, ground) >= 4.5


@pytest.mark.parametrize("ground", [PALETTE.white, PALETTE.panel])
@pytest.mark.parametrize("line", [PALETTE.fan_edge, PALETTE.chance_edge, PALETTE.dot])
def test_lines_bars_and_dots(line: str, ground: str) -> None:
    assert contrast(line, ground) >= 3
