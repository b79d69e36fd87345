"""How long work is done: on several threads, with word of its progress."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from crosshold.kernels.threads import Progress, in_order

R = TypeVar("R")
A = TypeVar("A")


@dataclass(frozen=True)
class Work:
    """``threads`` to use (``None``: all processors) and whom to tell the part done of the present pass, 0-1.

    Results depend on neither.
    """

    threads: int | None = None
    progress: Progress | None = None

    def map(self, task: Callable[[A], R], items: Sequence[A]) -> Iterator[R]:
        """Results in the order of ``items``: :func:`crosshold.kernels.threads.in_order`."""
        return in_order(task, items, self.threads, self.progress)
