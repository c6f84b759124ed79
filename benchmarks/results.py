"""Where results are kept, and how tables and sizes are written."""

import json
import os
import platform
from importlib import metadata
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

KEPT = Path(__file__).resolve().parents[1] / "var" / "bench"
_MEBIBYTE = 1 << 20
_WIDTH = 120


def write_results(name: str, results: dict[str, Any]) -> Path:
    """Keep results as var/bench/<name>.json, in the place of earlier ones of that name."""
    KEPT.mkdir(parents=True, exist_ok=True)
    path = KEPT / f"{name}.json"
    path.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return path


def machine_said(threads: int, memory_limit: str) -> dict[str, Any]:
    """What the figures depend on: cores, memory, versions, and what DuckDB was given of them."""
    packages = ("duckdb", "pandas", "polars", "pyarrow")
    return {
        "threads": threads,
        "memory_limit": memory_limit,
        "cores": os.cpu_count(),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "load": os.getloadavg()[0],
        "python": platform.python_version(),
        **{package: metadata.version(package) for package in packages},
    }


def mebibytes(size: int) -> str:
    """A size in bytes, said in MiB."""
    return f"{size / _MEBIBYTE:,.0f}"


def printer() -> Console:
    """A console that is wide enough for the tables where no terminal says how wide it is."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=_WIDTH)


def table(title: str, *headings: str) -> Table:
    """A small table: the first column to the left, the figures to the right."""
    made = Table(title=title, title_justify="left", box=SIMPLE_HEAD)
    for place, heading in enumerate(headings):
        made.add_column(heading, justify="right" if place else "left", no_wrap=not place)
    return made
