"""Work in pieces on threads, with results in the order of the pieces whatever the number of threads."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")
Progress = Callable[[float], None]


def in_order(
    work: Callable[[int, T], R], pieces: Sequence[T], threads: int | None = None, progress: Progress | None = None
) -> Iterator[R]:
    """``work(number, piece)`` of every piece, in order. ``threads``: how many, all processors when ``None``.

    Work must let go of the interpreter's lock to gain from threads. At most two pieces a thread are under way or waiting to be taken,
    so results do not pile up. ``progress`` is called with the part done (0-1) after each piece; Ctrl-C ends after the pieces under way.
    """
    count = min(threads or os.cpu_count() or 1, len(pieces))
    pool = ThreadPoolExecutor(max(count, 1))
    waiting: deque[Future[R]] = deque()
    try:
        for number, piece in enumerate(pieces):
            waiting.append(pool.submit(work, number, piece))
            while len(waiting) >= 2 * count or (waiting and number == len(pieces) - 1):
                yield waiting.popleft().result()
                if progress is not None:
                    progress((number + 1 - len(waiting)) / len(pieces))
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
