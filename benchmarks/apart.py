"""Runs a benchmark program in a process of its own, and reads what it wrote down.

So the peak memory of one is never that of another, and a program that runs out of memory ends
itself alone.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


class ProgramFailed(Exception):
    """A program ended without a result; the text says how."""


def run(
    module: str, *arguments: object, environment: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """What `python -m module ... --out FILE` wrote. Raises ProgramFailed where it did not."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        out = Path(folder) / "told.json"
        command = [sys.executable, "-m", module, *map(str, arguments), "--out", str(out)]
        done = subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode or not out.exists():
            raise ProgramFailed(_why(done))
        told: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
        return told


def _why(done: "subprocess.CompletedProcess[str]") -> str:
    if done.returncode < 0:
        return f"was ended by signal {-done.returncode} (9: out of memory, as a rule)"
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    return f"ended with {done.returncode}: {lines[-1] if lines else 'and said nothing'}"
