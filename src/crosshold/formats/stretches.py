"""A large file in stretches of whole records, which can be read beside each other, in processes of their own.

A format that is read so is a module with the functions of :class:`Cut`. :func:`batches` is the reading in one process; others may read the
stretches elsewhere, and gather them in their order.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple, Protocol

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


def _after_line(stream: BinaryIO) -> bytes:
    """What follows the line that the stream is in, as far as it was read to find its end."""
    while piece := stream.read(PIECE):
        _, end, rest = piece.partition(b"\n")
        if end:
            return rest
    return b""


class Gather(Protocol):
    """Sees the batches of a file in its order, and tells what no stretch tells alone."""

    def add(self, batch: Batch) -> None:
        """Look at the ``notes`` of a batch; its findings may become more, its rows not."""

    def end(self) -> Iterator[Batch]:
        """What is to be said when all have been seen."""


class Nothing:
    """The gatherer of a format in which every record says all that it says."""

    def add(self, batch: Batch) -> None:
        """Nothing is looked at."""

    def end(self) -> Iterator[Batch]:
        """Nothing is to be said."""
        yield from ()


class Cut(Protocol):
    """What the module of such a format has."""

    __name__: str

    def stretches(self, source: Input) -> Iterator[Stretch] | None:
        """The file in stretches; ``None`` when this one cannot be cut."""

    def read_stretch(self, source: Input, stretch: Stretch) -> Batch:
        """The batch of a stretch, from nothing but its content."""

    def whole(self, source: Input) -> Iterator[Batch]:
        """The batches of a file that cannot be cut; not there where every file can."""

    def gather(self, source: Input) -> Gather:
        """A new gatherer."""


def batches(source: Input, form: Cut) -> Iterator[Batch]:
    """The batches of a file, read in this process and gathered."""
    gather, cut = form.gather(source), form.stretches(source)
    for batch in form.whole(source) if cut is None else _read(source, form, cut):
        gather.add(batch)
        yield batch
    yield from gather.end()


def _read(source: Input, form: Cut, cut: Iterator[Stretch]) -> Iterator[Batch]:
    for stretch in cut:
        with collector_rests():
            batch = form.read_stretch(source, stretch)
        yield batch
