"""How long work is done: on several threads, with word of its progress, compiled when that pays."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

from crosshold.kernels.compiler import Kernel
from crosshold.kernels.threads import Progress, in_order

COMPILE_FROM = 300_000  # steps of a kernel above which waiting for the compiler pays
COMPILED_FROM = 10_000  # and above which compiled code pays once the compiler is there

P = ParamSpec("P")
R = TypeVar("R")
A = TypeVar("A")


def form(kernel: Kernel[P, R], steps: float) -> Callable[P, R]:
    """The compiled kernel for many steps, the plain one for few: the same numbers."""
    return kernel.native if steps > (COMPILED_FROM if "numba" in sys.modules else COMPILE_FROM) else kernel.plain


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
