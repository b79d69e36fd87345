"""Workbooks of the Korea Fair Trade Commission on designated business groups (spec/evidence 7.10). Sheets are known by their headings.

Option ``as_of`` (ISO date): the day of the figures, for workbooks that do not say it.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from crosshold.formats.intake import Batch, Input
from crosshold.formats.kftc.buckets import read_buckets
from crosshold.formats.kftc.release import Release
from crosshold.formats.kftc.sheet import Sheet, sheets
from crosshold.formats.kftc.stakes import read_chains, read_parents
from crosshold.kernels.collector import collector_rests

_SIGNS = tuple(word.encode() for word in ("기업집단", "내부지분율", "총수일가", "피출자", "공익법인 출자"))
_LOCAL = b"PK\x03\x04"
_INFLATED = 2**18


def sniff(head: bytes, name: str) -> float:
    """What can be unpacked of the first 64 KiB of a workbook, searched for the words of these sheets."""
    if head[:4] != _LOCAL:
        return 0.0
    text = b"".join(_members(head))
    found = sum(sign in text for sign in _SIGNS)
    return 0.9 if found > 1 else 0.7 if found else 0.0


def _members(head: bytes) -> Iterator[bytes]:
    """The beginnings of the members of an archive of which only the beginning is there."""
    place = head.find(_LOCAL)
    while 0 <= place <= len(head) - 30:
        method, name, more = *struct.unpack_from("<H", head, place + 8), *struct.unpack_from("<HH", head, place + 26)
        start = place + 30 + name + more
        if method == 8:
            try:
                yield zlib.decompressobj(-15).decompress(head[start:], _INFLATED)
            except zlib.error:
                yield b""
        place = head.find(_LOCAL, start)


def read(source: Input) -> Iterator[Batch]:
    """A batch a sheet; a sheet that tells of no holdings is named. ``FileError`` when none of them does."""
    found = list(sheets(source))
    release = Release(source, found)
    known = 0
    for sheet in found:
        batch = Batch(sources=[release.source])
        with collector_rests():
            known += _read(release, sheet, batch)
        batch.done = source.done
        yield batch
    if not known:
        titles = ", ".join(sheet.name for sheet in found[:5])
        raise source.fault(
            f"none of its sheets has headings that are known ({titles}).", "It is no workbook on designated groups."
        )
    yield Batch(done=source.size)


def _read(release: Release, sheet: Sheet, batch: Batch) -> bool:
    if sheet.changes:
        for _ in sheet.rows:
            batch.leave_out("a change from year to year is no holding")
        return True
    if sheet.column("parent") is not None and sheet.column("subsidiary") is not None:
        read_parents(release, sheet, batch)
    elif sheet.column("foreign") is not None:
        read_chains(release, sheet, batch)
    elif sheet.column("group") is not None and sheet.buckets:
        read_buckets(release, sheet, batch)
    else:
        release.find(batch, "N_SHEET", "its headings are none that are known; nothing was read of it.", sheet.name)
        return False
    return True
