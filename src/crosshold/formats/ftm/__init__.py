"""FollowTheMoney entities: reads JSON and the statement CSV of the same tools, writes JSON lines (spec/evidence 7.4)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from crosshold.errors import Finding
from crosshold.formats.intake import Batch, Input
from crosshold.model.register import Register

_SCHEMA = re.compile(rb'"schema"\s*:\s*"[A-Z][A-Za-z]+"')
_PROPERTIES = re.compile(rb'"properties"\s*:\s*\{')
_LISTS = re.compile(rb'"properties"\s*:\s*\{\s*"[A-Za-z]+"\s*:\s*\[')
STATEMENT_COLUMNS = ("canonical_id", "entity_id", "schema", "prop", "value")


def sniff(head: bytes, name: str) -> float:
    """Sure where an entity has a schema and properties that are lists, or where the columns are those of the statement form."""
    line = head.splitlines()[0] if head else b""
    if all(column.encode() in line for column in STATEMENT_COLUMNS):
        return 1.0
    if not _SCHEMA.search(head):
        return 0.0
    return 0.9 if _LISTS.search(head) else 0.6 if _PROPERTIES.search(head) else 0.0


def read(source: Input) -> Iterator[Batch]:
    """Batches of a file; see :mod:`crosshold.formats.ftm.reader`."""
    from crosshold.formats.ftm import reader
    from crosshold.formats.stretches import batches

    return batches(source, reader)


def write(register: Register, target: Path) -> list[Finding]:
    """Write JSON lines; see :func:`crosshold.formats.ftm.writer.write`."""
    from crosshold.formats.ftm.writer import write as write_file

    return write_file(register, target)
