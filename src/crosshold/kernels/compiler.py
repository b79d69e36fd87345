"""One source for each algorithm: run as plain Python when the input is small, compiled by numba when it is large.

Starting the compiler costs about half a second, and compiling a kernel for the first time some seconds more; three companies must
not pay for it. What was compiled is kept on disk beside the source (or where ``NUMBA_CACHE_DIR`` says).
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cached_property, update_wrapper
from types import FunctionType
from typing import Any, Generic, ParamSpec, TypeVar

import numpy as np

COMPILE_FROM = 2000  # entries of the longest array from which compiling pays
WAIT_FROM = 300_000  # steps of a loop above which waiting for the compiler to start pays
LOADED_FROM = 10_000  # and above which compiled code pays once the compiler is there

P = ParamSpec("P")
R = TypeVar("R")


class Kernel(Generic[P, R]):
    """A function over arrays that compiles itself when it is first given a large one. ``plain`` is the function as written.

    A kernel may call other kernels by their module-level names, not itself. It uses numpy and loops only, never an object.
    """

    plain: Callable[P, R]

    def __init__(self, function: Callable[P, R]) -> None:
        self.plain = function
        update_wrapper(self, function)

    def __call__(self, *args: P.args, **named: P.kwargs) -> R:
        """The answer, by compiled code when an array is large."""
        large = any(isinstance(value, np.ndarray) and value.size >= COMPILE_FROM for value in (*args, *named.values()))
        return self.native(*args, **named) if large else self.plain(*args, **named)

    def form(self, steps: float) -> Callable[P, R]:
        """The compiled form for many steps, the plain one for few: for work whose size no array shows. The numbers are the same."""
        return self.native if steps > (LOADED_FROM if "numba" in sys.modules else WAIT_FROM) else self.plain

    @cached_property
    def native(self) -> Callable[P, R]:
        """The compiled form; it runs without the interpreter's lock, so threads can share the work."""
        import numba

        source: Any = self.plain
        called = {name: source.__globals__.get(name) for name in source.__code__.co_names}
        compiled_names = {name: thing.native for name, thing in called.items() if isinstance(thing, Kernel)}
        twin = FunctionType(source.__code__, source.__globals__ | compiled_names, source.__name__, source.__defaults__)
        twin.__qualname__ = source.__qualname__
        options: dict[str, Any] = {"nogil": True, "error_model": "numpy"}
        try:
            compiled: Callable[P, R] = numba.njit(cache=True, **options)(twin)
        except RuntimeError:  # no folder that can be written to: compile anew in each process
            compiled = numba.njit(**options)(twin)
        return compiled


def kernel(function: Callable[P, R]) -> Kernel[P, R]:
    """Mark a function over arrays as a :class:`Kernel`."""
    return Kernel(function)
