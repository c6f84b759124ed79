"""Work done by threads ahead of whoever takes its results, a bounded number of pieces at a time."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Piece = TypeVar("Piece")
Result = TypeVar("Result")


def ahead(
    pieces: Iterable[Piece], work: Callable[[Piece], Result], *, threads: int, most: int
) -> Iterator[Result]:
    """The results of `work` on each piece, in order, while at most `most` pieces are in hand."""
    waiting: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        for piece in pieces:
            waiting.append(pool.submit(work, piece))
            if len(waiting) == most:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
