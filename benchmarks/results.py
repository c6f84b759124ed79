"""Where results are kept, and how sizes are written."""

import json
import os
import platform
from importlib import metadata
from pathlib import Path
from typing import Any

KEPT = Path(__file__).resolve().parents[1] / "var" / "bench"
_MEBIBYTE = 1 << 20


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
