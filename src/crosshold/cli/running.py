"""What a person sees while a register is worked on: a bar on a terminal, and in the end how long it took and how much memory."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from crosshold.cli.output import shown


class Bar(Protocol):
    """What work tells while it goes on: its finished share, 0 to 1; and ``clear``, before anything is printed."""

    def __call__(self, part: float, note: str = "") -> None:
        """So much is done; ``note`` stands beside the bar."""

    def clear(self) -> None:
        """Take the bar away."""


@contextmanager
def working(title: str) -> Iterator[Bar]:
    """A bar on stderr while that is a terminal, and one line with time and peak memory after work that was done."""
    start = time.perf_counter()
    bar = _Shown(title) if sys.stderr.isatty() else _Silent()
    try:
        yield bar
    finally:
        bar.clear()
    memory = peak_memory()
    said = f", peak memory {memory / 1e9:.2f} GB" if memory else ""
    print(shown(f"{title}: {time.perf_counter() - start:.1f} s{said}", sys.stderr.encoding), file=sys.stderr)


class _Silent:
    def __call__(self, part: float, note: str = "") -> None:
        pass

    def clear(self) -> None:
        pass


class _Shown:
    def __init__(self, title: str) -> None:
        from rich.console import Console
        from rich.markup import escape
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[note]}", markup=False),
        )
        console = Console(stderr=True)
        self._bar = Progress(
            *columns,
            console=console,
            transient=True,
            redirect_stdout=False,  # what is piped stays in its pipe
            redirect_stderr=False,
        )
        self._task = self._bar.add_task(escape(shown(title, sys.stderr.encoding)), total=1.0, note="")
        self._bar.start()

    def __call__(self, part: float, note: str = "") -> None:
        self._bar.update(self._task, completed=part, note=note)

    def clear(self) -> None:
        self._bar.stop()


def account() -> str:
    """The name of the account that runs this; empty where the system has none."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return ""


def peak_memory() -> int | None:
    """The most memory that this process has had, in bytes; ``None`` where the system does not tell."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
