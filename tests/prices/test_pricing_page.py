"""The page of documentation made of the worked examples is the one that stands in docs/."""

from pathlib import Path

from tests.worked_examples.pricing_page import page

PAGE = Path(__file__).resolve().parents[2] / "docs" / "pricing-by-example.md"


def test_the_page_is_current() -> None:
    """Else: python -m tests.worked_examples.pricing_page > docs/pricing-by-example.md"""
    assert PAGE.read_text(encoding="utf-8") == page()
