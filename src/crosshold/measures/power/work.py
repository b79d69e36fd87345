"""How long work is done: on several threads, with word of its progress, compiled when that pays."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from os import cpu_count
from typing import ParamSpec, TypeVar

from crosshold.kernels.compiler import Kernel

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
    progress: Callable[[float], None] | None = None

    def map(self, task: Callable[[A], R], items: Sequence[A]) -> Iterable[R]:
        """Results in the order of ``items``. An interrupt lets running tasks end and starts no other."""
        workers = min(self.threads or cpu_count() or 1, len(items))
        if workers <= 1:
            for done, item in enumerate(items, start=1):
                yield task(item)
                self._tell(done / len(items))
            return
        from concurrent.futures import ThreadPoolExecutor

        pool = ThreadPoolExecutor(workers)
        try:
            for done, result in enumerate(pool.map(task, items), start=1):
                yield result
                self._tell(done / len(items))
        finally:
            pool.shutdown(cancel_futures=True)

    def _tell(self, part: float) -> None:
        if self.progress is not None:
            self.progress(part)
