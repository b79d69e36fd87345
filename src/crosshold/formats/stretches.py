"""A large file in stretches of whole records, which can be read beside each other, in processes of their own.

A format that is read so has ``stretches(source)``, ``None`` for a file that cannot be cut; ``read_stretch(source, stretch)``, which knows
nothing of other stretches; and ``gather(source)``, a function that sees their batches in order and adds what only several records
tell. :func:`batches` is the reading in one process; others may read the stretches elsewhere, and then gather them.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import NamedTuple

from crosshold.formats.intake import Batch, Input
from crosshold.kernels.collector import collector_rests

PIECE = 2**20
"""Bytes of a stretch, about."""
MOST_LINE = 2**22


class Stretch(NamedTuple):
    """Whole records, the first of which has ``number`` records before it; ``done`` bytes of the file are read with it.

    ``last``: it is known to be the last one.
    """

    number: int
    content: bytes
    done: int
    last: bool = False


def lines(source: Input) -> Iterator[Stretch]:
    """Stretches of whole lines. Of a line that is longer than :data:`MOST_LINE` bytes only so many are given, as its last and alone."""
    number, left = 0, b""
    with source.open() as stream:
        while piece := stream.read(PIECE):
            whole, end, rest = (left + piece).rpartition(b"\n")
            if end:
                yield Stretch(number, whole, source.done)
                number += whole.count(b"\n") + 1
            left = rest
            if len(left) > MOST_LINE:
                yield Stretch(number, left[: MOST_LINE + 1], source.done)
                number += 1
                left = _after_line(stream)
        if left:
            yield Stretch(number, left, source.done)


def _after_line(stream: object) -> bytes:
    """What follows the line that the stream is in, as far as it was read to find its end."""
    while piece := stream.read(PIECE):  # type: ignore[attr-defined]
        _, end, rest = piece.partition(b"\n")
        if end:
            return bytes(rest)
    return b""


def batches(source: Input, form: ModuleType) -> Iterator[Batch]:
    """A file read stretch by stretch, in this process."""
    gather = form.gather(source)
    for stretch in form.stretches(source):
        with collector_rests():
            batch = form.read_stretch(source, stretch)
        gather(batch)
        yield batch
