"""Work in pieces on threads, with results in the order of the pieces whatever the number of threads."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")
Progress = Callable[[float], None]


def workers(threads: int | None, pieces: int) -> int:
    """How many threads work on so many pieces: all processors when ``threads`` is ``None``, never more than there are pieces."""
    return max(min(threads or os.cpu_count() or 1, pieces), 1)


def in_order(
    work: Callable[[T], R], pieces: Sequence[T], threads: int | None = None, progress: Progress | None = None
) -> Iterator[R]:
    """``work(piece)`` of every piece, in order. ``threads``: how many, all processors when ``None``.

    Work must let go of the interpreter's lock to gain from threads. At most two pieces a thread are under way or waiting to be taken,
    so results do not pile up. ``progress`` is called with the part done (0-1) after each piece; Ctrl-C ends after the pieces under way.
    """
    with closing(_results(work, pieces, workers(threads, len(pieces)))) as results:
        for done, result in enumerate(results, start=1):
            yield result
            if progress is not None:
                progress(done / len(pieces))


def _results(work: Callable[[T], R], pieces: Sequence[T], count: int) -> Generator[R]:
    if count == 1:
        yield from map(work, pieces)
        return
    from concurrent.futures import Future, ThreadPoolExecutor  # small work never comes here and need not wait for it

    pool = ThreadPoolExecutor(count)
    waiting: deque[Future[R]] = deque()
    try:
        for piece in pieces:
            waiting.append(pool.submit(work, piece))
            if len(waiting) == 2 * count:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
