"""Open Cap Format: a company's cap table as events, in a folder or a zip archive; read and written (spec/evidence 7.11)."""

from __future__ import annotations

from collections.abc import Iterator

from crosshold.formats.intake import Batch, Input
from crosshold.formats.ocf.bundle import MANIFEST
from crosshold.formats.ocf.reading import Reader
from crosshold.formats.ocf.writing import write

__all__ = ["read", "sniff", "write"]


def sniff(head: bytes, name: str) -> float:
    """Sure when one of its files is a manifest; ``head`` has their names."""
    names = [line.rpartition("/")[2].lower() for line in head.decode("utf-8", "replace").splitlines()]
    return 1.0 if MANIFEST in names else 0.0


def read(source: Input) -> Iterator[Batch]:
    """The lots, events and shares issued of a bundle. ``FileError`` when a file is missing, leaves the folder, or is no JSON."""
    return Reader(source).batches()
