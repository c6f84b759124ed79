"""Times the rendering of many practices against bare WeasyPrint calls on the same pages.

Run as `python -m benchmarks.render`.
Prints seconds a practice for a bare WeasyPrint call on the same HTML and for all four documents,
first one after the other in one process, with the slowest practice, then side by side in as many
processes as there are cores. The practice with 3,000 charges in the year stands in a line of its
own. The goal: at most 1.5 times the bare call per core, and no practice above 2 seconds.
"""

import argparse
import multiprocessing
import os
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

from weasyprint import HTML

from tests.documents.example_package import EXTREMES, ORDINARY, write_package
from transforms import documents
from transforms import package as p

# The libraries as a rendering process has them, its garbage collector's settings included.
from transforms.documents import prepared
from transforms.documents.statement_page import statement_html

SAMPLE = 10  # practices timed one by one


def bare(folder: Path, code: str) -> None:
    """A practice's statement by WeasyPrint alone: no font of ours, no workbook, no CSV."""
    HTML(string=(folder / f"{code}.html").read_text()).write_pdf(pdf_variant="pdf/ua-1")


def pages(folder: Path, codes: Sequence[str]) -> None:
    """The HTML of statements, which bare calls render."""
    for code in codes:
        page = statement_html(p.read_statement(folder / code), "0" * 64, "print")
        (folder / f"{code}.html").write_text(page)


def seconds(folder: Path, codes: Sequence[str]) -> tuple[list[float], list[float]]:
    """Seconds of this process for each practice, bare and whole, after one to warm up.

    By turns, since a machine is not as fast in one minute as in the next.
    """
    by_turns: tuple[list[float], list[float]] = [], []
    for code in [codes[0], *codes]:
        for render, found in zip((bare, documents.render_practice), by_turns, strict=True):
            start = time.perf_counter()
            render(folder, code)
            found.append(time.perf_counter() - start)
    return by_turns[0][1:], by_turns[1][1:]


def bare_side_by_side(folder: Path, codes: Sequence[str]) -> float:
    """Seconds for bare calls in as many processes as there are cores."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([prepared.__name__])
    start = time.perf_counter()
    with ProcessPoolExecutor(len(os.sched_getaffinity(0)), context) as pool:
        for done in [pool.submit(bare, folder, code) for code in codes]:
            done.result()
    return time.perf_counter() - start


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
        codes = [practice.code for practice in practices]
        pages(folder, codes)
        single, whole = seconds(folder, codes[:SAMPLE])
        ratio = sum(whole) / sum(single)
        print("in one process")
        print(f"  bare WeasyPrint  {sum(single) / len(single):5.2f} s a practice")
        print(f"  four documents   {sum(whole) / len(whole):5.2f} s a practice, {ratio:.2f} times")
        print(f"  slowest practice {max(whole):5.2f} s")
        largest = EXTREMES["three_thousand"]
        with tempfile.TemporaryDirectory() as another:
            alone = write_package(Path(another), [largest])
            pages(alone, [largest.code])
            _, (taken, *_) = seconds(alone, [largest.code])
        print(f"  3,000 charges    {taken:5.2f} s")
        cores = min(len(os.sched_getaffinity(0)), len(codes))
        plain = bare_side_by_side(folder, codes)
        start = time.perf_counter()
        documents.render(folder)
        all_four = time.perf_counter() - start
        print(f"{len(codes)} practices in {cores} processes")
        for name, taken in (("bare WeasyPrint", plain), ("four documents", all_four)):
            each = taken * cores / len(codes)
            print(f"  {name:16} {taken:5.0f} s, {each:.2f} s a practice and core")
        print(f"  {all_four / plain:.2f} times")


if __name__ == "__main__":
    main()
