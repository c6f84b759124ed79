"""Data Docs of a gate: Great Expectations' own pages of a result and a suite, made to stand alone.

They take style and scripts from public hosts, which a hospital's network does not reach; here they
show the same on any machine. They hold figures only, as the results do.
"""

import functools
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from great_expectations.core import ExpectationSuite, ExpectationSuiteValidationResult

STYLE = Path(__file__).resolve().parents[1] / "expectations" / "data_docs.css"

RESULT_PAGE = "index.html"
SUITE_PAGE = "suite.html"

# What a page loads from other hosts or links to, and its scripts.
_FOREIGN = re.compile(
    r"<script\b.*?</script>"
    r"|<footer\b.*?</footer>"
    r"|<(?:link|img)\b[^>]*>"
    r"|<a\b[^>]*\bhref=\"https?:.*?</a>"
    r"|\bon[a-z]+=\"[^\"]*\""
    r"|url\('https?:[^']*'\)",
    re.DOTALL,
)


def publish(
    suite: "ExpectationSuite", result: "ExpectationSuiteValidationResult", folder: Path
) -> None:
    """Write the page of a result and that of its suite into a folder, whole or not at all."""
    from great_expectations.render.renderer import (
        ExpectationSuitePageRenderer,
        ValidationResultsPageRenderer,
    )

    of_result: Any = ValidationResultsPageRenderer(run_info_at_end=True)
    of_suite: Any = ExpectationSuitePageRenderer()
    aside = folder.with_name(f".{folder.name}")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    for name, content in (
        (RESULT_PAGE, of_result.render(result)),
        (SUITE_PAGE, of_suite.render(suite)),
    ):
        page = _alone(_view().render(content), suite.name)
        (aside / name).write_text(page, encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    aside.rename(folder)


@functools.cache
def _view() -> Any:
    """One view for all pages of a process: compiling its templates takes most of a page's time."""
    from great_expectations.render.view import DefaultJinjaPageView

    return DefaultJinjaPageView()


def _alone(page: str, gate: str) -> str:
    style = f"<style>\n{STYLE.read_text(encoding='utf-8')}</style>\n</head>"
    text = _FOREIGN.sub("", page).replace("</head>", style, 1)
    text = re.sub(r'href="[./]*index\.html"', f'href="{RESULT_PAGE}"', text)
    return re.sub(rf'href="[./]*expectations/{gate}\.html"', f'href="{SUITE_PAGE}"', text)
