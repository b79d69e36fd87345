"""A large file read by several processes beside this one: each takes a stretch and gives back its rows as lines ready to be stored.

Where a format can be cut into stretches (:mod:`crosshold.formats.stretches`) they are gathered here in the order of the file, so that
the same rows are kept in the same order as when one process reads it.
"""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from importlib import import_module
from queue import SimpleQueue
from typing import Any, NamedTuple

from crosshold.errors import FileError, Finding
from crosshold.formats.catalogue import Format
from crosshold.formats.intake import Batch, Input
from crosshold.formats.stretches import Cut, Gather
from crosshold.kernels.collector import collector_rests
from crosshold.store.columns import line, refuse, statement_line

WORTH = 2**24
"""Bytes of a file from which on several processes are started: that alone takes a third of a second."""
MOST = 8
_START = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from crosshold.api.processes import work; work()"


class Packed(NamedTuple):
    """A batch whose rows are ``lines`` of JSON, as the folder of a register takes them, by kind; and how many ``rows`` there are."""

    batch: Batch
    rows: Mapping[str, int]
    lines: Mapping[str, bytes]


def worth(source: Input, form: Format, processes: int | None) -> int:
    """How many processes read a file: 1 where it cannot be cut up, it is small, or this Python cannot be started again."""
    if source.path.is_dir() or not form.cut or (processes is None and source.size < WORTH):
        return 1
    cut = form.cutter.stretches(source) is not None
    return (processes or min(os.cpu_count() or 1, MOST)) if cut and sys.executable else 1


def packed(source: Input, form: Cut, now: str, processes: int) -> Iterator[Packed]:
    """The stretches of a file in its order, read by so many processes. An error of one is raised here."""
    gather = form.gather(source)
    free: SimpleQueue[subprocess.Popen[bytes]] = SimpleQueue()
    children = [_child(source, form, now) for _ in range(processes)]
    for child in children:
        free.put(child)

    def read(stretch: Any) -> Packed:
        child = free.get()
        try:
            return _asked(child, stretch, source)
        finally:
            free.put(child)

    pool, waiting = ThreadPoolExecutor(processes), deque[Future[Packed]]()
    try:
        for stretch in form.stretches(source) or ():
            waiting.append(pool.submit(read, stretch))
            if len(waiting) > processes:
                yield _gathered(waiting.popleft().result(), gather)
        while waiting:
            yield _gathered(waiting.popleft().result(), gather)
        for batch in gather.end():
            yield _packed(batch, now)
    finally:
        for child in children:
            child.kill()
        pool.shutdown(cancel_futures=True)
        for child in children:
            child.communicate()


def _gathered(part: Packed, gather: Gather) -> Packed:
    gather.add(part.batch)
    return part


def _child(source: Input, form: Cut, now: str) -> subprocess.Popen[bytes]:
    """A process that reads stretches of a file, told which and how."""
    command = [sys.executable, "-I", "-c", _START, json.dumps(sys.path)]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)
    assert child.stdin is not None
    pickle.dump((form.__name__, source, now), child.stdin)
    return child


def _asked(child: subprocess.Popen[bytes], stretch: Any, source: Input) -> Packed:
    assert child.stdin is not None and child.stdout is not None
    try:
        pickle.dump(stretch, child.stdin)
        child.stdin.flush()
        answer = pickle.load(child.stdout)
    except (OSError, EOFError, pickle.UnpicklingError):
        message = "a process that read a part of it came to a sudden end."
        cure = "There may be too little memory: read it with --processes 1."
        raise FileError(Finding("E_FILE", message, cure, source.name)) from None
    if isinstance(answer, Exception):
        raise answer
    return answer  # type: ignore[no-any-return]


def work() -> None:
    """What such a process does: answer each stretch, until its standard input ends."""
    answers, sys.stdout = sys.stdout.buffer, sys.stderr
    asked = sys.stdin.buffer
    with contextlib.suppress(EOFError, BrokenPipeError):
        name, source, now = pickle.load(asked)
        form = import_module(name)
        while True:
            stretch = pickle.load(asked)
            answer: Packed | Exception
            try:
                with collector_rests():
                    answer = _packed(form.read_stretch(source, stretch), now)
            except Exception as error:  # it is raised where the file is read
                answer = error
            pickle.dump(answer, answers)
            answers.flush()


def _packed(batch: Batch, now: str) -> Packed:
    for statement in batch.statements:
        refuse(statement)
    rows: dict[str, list[Any]] = {"statements": batch.statements, "entities": batch.entities, "sources": batch.sources}
    write: dict[str, Any] = {"statements": statement_line}
    lines = {kind: b"".join(write.get(kind, line)(row, now) + b"\n" for row in some) for kind, some in rows.items() if some}
    counts = {kind: len(some) for kind, some in rows.items()}
    batch.statements, batch.entities, batch.sources = [], [], []
    return Packed(batch, counts, lines)
