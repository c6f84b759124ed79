"""docs/security.md names for each threat the tests that cover it: there are such tests."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HERE = ROOT / "tests" / "delivery"


def threats() -> dict[str, str]:
    """Of each threat in the document's last table, the cell with its tests."""
    text = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    table = text.partition("## Threats considered")[2]
    rows = [line.strip("|").split("|") for line in table.splitlines() if line.startswith("|")]
    return {row[0].strip(): row[2].strip() for row in rows[2:]}


def known_tests() -> list[str]:
    """The names of the tests of delivery, and of what they assert with, without `test_`."""
    return [
        name.removeprefix("test_")
        for file in HERE.glob("*.py")
        for name in re.findall(r"(?m)^def (\w+)", file.read_text(encoding="utf-8"))
        if name.startswith(("test_", "assert_"))
    ]


@pytest.mark.parametrize("threat", threats())
def test_a_threat_is_covered_by_tests_that_there_are(threat: str) -> None:
    cell = threats()[threat]
    named = re.findall(r"`([^`]+)`", cell)
    assert named or cell == "the same"
    known = known_tests()
    for name in named:
        if "/" in name:
            assert (ROOT / name).exists()
        elif name.endswith(".py"):
            assert (HERE / name).exists()
        elif name.endswith("..."):
            assert [each for each in known if each.startswith(name.removesuffix("..."))]
        else:
            assert [each for each in known if each.startswith(name)]
