"""Times the rendering of many practices against bare WeasyPrint calls on the same pages.

Run as `python -m benchmarks.render`.
Prints seconds a practice and core for a bare WeasyPrint call on the same HTML and for all four
documents, the slowest practice, and the whole run in processes. The goal: at most 1.5 times the
bare call, and no practice above 2 seconds.
"""

import argparse
import os
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from weasyprint import HTML

from tests.documents.example_package import ORDINARY, write_package
from transforms import documents
from transforms import package as p
from transforms.documents.statement_page import statement_html

SAMPLE = 10  # practices timed one by one


def seconds(folder: Path, codes: list[str], *, bare: bool) -> list[float]:
    """Seconds of this process for each practice, after one to warm up."""
    found = []
    for code in [codes[0], *codes]:
        page = statement_html(p.read_statement(folder / code), "0" * 64, "print")
        start = time.perf_counter()
        if bare:
            HTML(string=page).write_pdf(pdf_variant="pdf/ua-1")
        else:
            documents.render_practice(folder, code)
        found.append(time.perf_counter() - start)
    return found[1:]


def main() -> None:
    """Make the packages, time them, print the figures."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--practices", type=int, default=200)
    arguments.add_argument("--spells-a-month", type=int, default=100)
    chosen = arguments.parse_args()
    practices = [
        replace(ORDINARY, code=f"Y{90_000 + n}", spells_a_month=chosen.spells_a_month)
        for n in range(chosen.practices)
    ]
    with tempfile.TemporaryDirectory() as temporary:
        folder = write_package(Path(temporary), practices)
        codes = [practice.code for practice in practices[:SAMPLE]]
        bare, whole = seconds(folder, codes, bare=True), seconds(folder, codes, bare=False)
        ratio = sum(whole) / sum(bare)
        print(f"bare WeasyPrint   {sum(bare) / len(bare):5.2f} s a practice")
        print(f"four documents    {sum(whole) / len(whole):5.2f} s a practice, {ratio:.2f} times")
        print(f"slowest practice  {max(whole):5.2f} s")
        cores = len(os.sched_getaffinity(0))
        start = time.perf_counter()
        documents.render(folder)
        taken = time.perf_counter() - start
        each = taken * min(cores, len(practices)) / len(practices)
        print(f"{len(practices)} practices on {cores} cores: {taken:.0f} s, {each:.2f} s a core")


if __name__ == "__main__":
    main()
