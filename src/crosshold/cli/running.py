"""What a person sees while a register is worked on: a bar on a terminal, and in the end how long it took and how much memory."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from crosshold.cli.output import shown

Progress = Callable[[float], None]


@contextmanager
def working(title: str) -> Iterator[Progress]:
    """A bar on stderr while it is a terminal, and one line with time and peak memory after work that was done."""
    start = time.perf_counter()
    with _bar(title) as progress:
        yield progress
    memory = peak_memory()
    said = f", peak memory {memory / 1e9:.2f} GB" if memory else ""
    print(shown(f"{title}: {time.perf_counter() - start:.1f} s{said}", sys.stderr.encoding), file=sys.stderr)


@contextmanager
def _bar(title: str) -> Iterator[Progress]:
    if not sys.stderr.isatty():
        yield lambda part: None
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(escape(shown(title, sys.stderr.encoding)), total=1.0)
        yield lambda part: bar.update(task, completed=part)


def peak_memory() -> int | None:
    """The most memory that this process has had, in bytes; ``None`` where the system does not tell."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
