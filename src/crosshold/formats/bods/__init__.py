"""Beneficial Ownership Data Standard: reads 0.2, 0.3 and 0.4, writes 0.4 (spec/evidence 7.3)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from crosshold.errors import Finding
from crosshold.formats.intake import Batch, Input
from crosshold.model.register import Register

_NEW = re.compile(rb'"recordType"\s*:\s*"(entity|person|relationship)"')
_OLD = re.compile(rb'"statementType"\s*:\s*"(entity|person|ownershipOrControl)Statement"')
_VERSION = re.compile(rb'"bodsVersion"\s*:')


def sniff(head: bytes, name: str) -> float:
    """Sure where a type of record stands beside a version; likely with one of them."""
    typed = bool(_NEW.search(head) or _OLD.search(head))
    return (0.7 if typed else 0.0) + (0.3 if _VERSION.search(head) else 0.0)


def read(source: Input) -> Iterator[Batch]:
    """Batches of a file; see :mod:`crosshold.formats.bods.reader`."""
    from crosshold.formats.bods import reader
    from crosshold.formats.stretches import batches

    return batches(source, reader)


def write(register: Register, target: Path) -> list[Finding]:
    """Write BODS 0.4; see :func:`crosshold.formats.bods.writer.write`."""
    from crosshold.formats.bods.writer import write as write_file

    return write_file(register, target)
