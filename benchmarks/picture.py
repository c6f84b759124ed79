"""Draws what `make bench` found: each stage's time in floors, a bar for each size measured.

python -m benchmarks.picture        docs/images/performance.svg, from var/bench/month-*.json
"""

import json
from decimal import Decimal
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Any

from benchmarks.month import COMPARED, is_closing
from benchmarks.results import KEPT
from transforms.documents import svg
from transforms.documents.palette import PALETTE

PICTURE = Path(__file__).resolve().parents[1] / "docs" / "images" / "performance.svg"
AIM = Decimal(4)

_WIDTH, _LEFT, _RIGHT = 720, 118, 24
_BAR, _GAP, _TOP, _FOOT = 34, 22, 44, 44
_SHADES = ("#0a4c86", "#5a8fc0", "#d3e4f4")  # neighbours differ, so that a thin line parts them
_BESIDE = ("#c9cdd2", "#e3e6e9")  # what the peers do not do
_DARK = frozenset(_SHADES[:1])
_FONT = "Source Sans 3, Helvetica, Arial, sans-serif"

_text = partial(svg.text, size=13, fill=PALETTE.ink, family=_FONT)


def months(folder: Path) -> list[dict[str, Any]]:
    """The results kept, by number of episodes."""
    found = [json.loads(path.read_text("utf-8")) for path in folder.glob("month-*.json")]
    return sorted(found, key=lambda results: int(results["episodes"]))


def floors_by_stage(results: dict[str, Any]) -> dict[str, Decimal]:
    """How many times the floor each stage of landing and closing took; the gates together, last."""
    floor = Decimal(str(results["floor"]["stages"][0]["seconds"]))
    taken: dict[str, Decimal] = {}
    gates = Decimal(0)
    for stage in results["product"]["stages"]:
        floors = Decimal(str(stage["seconds"])) / floor
        if stage["name"].startswith("gate "):
            gates += floors
        elif is_closing(stage["name"]):
            taken[stage["name"]] = floors
    return taken | {"gates": gates}


def draw(found: list[dict[str, Any]]) -> str:
    """The picture as SVG."""
    bars = [(int(results["episodes"]), floors_by_stage(results)) for results in found]
    longest = max([AIM, *(sum(stages.values(), Decimal(0)) for _, stages in bars)])
    x = svg.Scale(Decimal(0), longest * Decimal("1.1"), Decimal(_LEFT), Decimal(_WIDTH - _RIGHT))
    height = _TOP + len(bars) * (_BAR + _GAP) + _FOOT
    title = "Landing and closing, in floors: land to position, then packages and gates"
    parts = [_text(Decimal(_LEFT), 18, title, weight=600)]
    totals = []  # over the line of what is promised
    for place, (episodes, stages) in enumerate(bars):
        top = _TOP + place * (_BAR + _GAP)
        parts.append(_text(Decimal(_LEFT - 8), top + 22, f"{episodes:,}", anchor="end"))
        at = Decimal(0)
        shades = cycle(_SHADES)
        beside = cycle(_BESIDE)
        for name, taken in stages.items():
            fill = next(shades if name in COMPARED else beside)
            wide = x(at + taken) - x(at)
            parts.append(
                svg.element(
                    "rect",
                    svg.element("title", f"{name}: {taken:.2f}"),
                    x=x(at),
                    y=top,
                    width=wide,
                    height=_BAR,
                    fill=fill,
                    stroke=PALETTE.white,
                )
            )
            if wide > len(name) * 7:
                ink = PALETTE.white if fill in _DARK else PALETTE.ink
                parts.append(_text(x(at) + wide / 2, top + 22, name, anchor="middle", fill=ink))
            at += taken
            if name == COMPARED[-1]:
                parts.append(_text(x(at), top - 3, f"{at:.2f}", anchor="end", weight=600))
        totals += [
            svg.element("rect", x=x(at) + 1, y=top, width=36, height=_BAR, fill=PALETTE.white),
            _text(x(at) + 5, top + 22, f"{at:.2f}", weight=600),
        ]
    foot = height - _FOOT
    for mark in range(int(longest) + 1):
        parts.append(_text(x(Decimal(mark)), foot + 18, str(mark), anchor="middle"))
    parts += [
        svg.element(
            "line",
            x1=x(AIM),
            x2=x(AIM),
            y1=_TOP - 6,
            y2=foot + 4,
            stroke=PALETTE.over,
            stroke_dasharray="4 3",
        ),
        _text(x(AIM), foot + 36, "what is promised", anchor="middle", fill=PALETTE.over),
        *totals,
    ]
    return str(
        svg.element(
            "svg",
            svg.element("title", "Each stage's time in floors, by number of episodes"),
            *parts,
            xmlns="http://www.w3.org/2000/svg",
            viewBox=f"0 0 {_WIDTH} {height}",
            width=_WIDTH,
            height=height,
            role="img",
        )
    )


def main() -> None:
    found = months(KEPT)
    if not found:
        raise SystemExit("Nothing was measured yet: run 'make bench' first.")
    PICTURE.write_text(draw(found) + "\n", encoding="utf-8")
    print(PICTURE)


if __name__ == "__main__":
    main()
