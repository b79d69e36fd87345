"""XML in pieces: the parts of a file one after the other, and nothing of it that could grow (spec/evidence 6).

A document type, and with it every entity, is refused before the first part is given; so are files that nest deeper than 64 levels.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Collection, Iterable, Iterator
from typing import Any
from xml.parsers import expat

from crosshold.errors import FileError
from crosshold.formats.intake import HEAD, MOST_DEPTH, Input
from crosshold.formats.stretches import PIECE, Stretch

MOST_PART = 64 * 2**20
"""Bytes that one part may have."""


def local(tag: str) -> str:
    """A name without its namespace: prefixes and addresses differ from file to file."""
    return tag.rpartition("}")[2]


def elements(source: Input, wanted: Collection[str] | None = None, part: str | None = None) -> Iterator[ET.Element]:
    """Every element whose local name is ``wanted`` (``None``: every child of the root), whole, and forgotten when the next is asked for.
    ``part`` names the file of an archive or folder that is read.

    ``FileError`` (``E_FILE``): not well-formed, cut off, with a document type, nested too deeply, or one part is too large.
    """
    with source.open() if part is None else source.part(part) as stream:
        yield from _elements(iter(lambda: stream.read(HEAD), b""), source, wanted)


def elements_of(source: Input, stretch: Stretch, wanted: Collection[str]) -> Iterator[ET.Element]:
    """The same of one stretch of a file (:func:`stretches`)."""
    where = f"after {stretch.number:,} records, " if stretch.number else ""
    content = stretch.content
    pieces = (content[place : place + HEAD] for place in range(0, len(content), HEAD))
    yield from _elements(pieces, source, wanted, where, whole=stretch.last)


def _elements(
    pieces: Iterable[bytes], source: Input, wanted: Collection[str] | None, where: str = "", whole: bool = True
) -> Iterator[ET.Element]:
    """The elements of some XML. That it is ``whole`` is only known at the end of the file."""
    parser: Any = ET.XMLPullParser(("start", "end"))
    parents: list[ET.Element] = []  # open elements outside of what is wanted
    matches: dict[str, bool] = {}
    depth = inside = since = 0
    first = True
    try:
        for piece in pieces:
            if first:
                piece, first = _first(piece), False
                _no_document_type(piece[:HEAD], source)
            parser.feed(piece)
            since += len(piece)
            for event, element in parser.read_events():
                if event == "start":
                    depth += 1
                    if depth > MOST_DEPTH:
                        raise _too_deep(source)
                    if inside:
                        continue
                    tag = element.tag
                    match = matches.get(tag)
                    if match is None:
                        match = matches[tag] = wanted is not None and local(tag) in wanted
                    if match or (wanted is None and depth == 2):
                        inside = depth
                    else:
                        parents.append(element)
                    continue
                if depth == inside:
                    inside = since = 0
                    yield element
                    if parents:
                        del parents[-1][:]  # what has been read is let go
                elif not inside:
                    parents.pop()
                    if parents:
                        del parents[-1][:]
                depth -= 1
            if since > MOST_PART:
                raise source.fault(f"one part of it is larger than {MOST_PART:,} bytes.", "It is no file of this kind.")
        if whole:
            parser.close()
    except ET.ParseError as error:
        line, column = error.position
        message = f"it is no well-formed XML ({where}line {line}, column {column + 1}: {error.msg.split(':')[0]})."
        raise source.fault(message, "Fetch it again; a rendering for people (HTML, SGML) is not read.") from None


def stretches(source: Input, names: Collection[str]) -> Iterator[Stretch] | None:
    """The file in stretches of whole records, each behind all that stands before the first one; ``None`` when it cannot be cut so.

    It is cut where a record ends, and never inside a comment, a CDATA section or an instruction.
    """
    head = source.head
    begin = re.search(rb"<((?:[\w.-]+:)?(?:%s))[\s>]" % "|".join(names).encode(), head)
    if begin is None or b"</%s>" % begin[1] not in head:
        return None
    return _cut(source, head[: begin.start()], b"</%s>" % begin[1])


def _cut(source: Input, before: bytes, end: bytes) -> Iterator[Stretch]:
    number, left = 0, b""
    with source.open() as stream:
        stream.read(len(before))
        while piece := stream.read(PIECE):
            left += piece
            place = left.rfind(end) + len(end)
            hiding = b"<!" in left or b"<?" in left
            if place < len(end) or (hiding and any(left.rfind(a, 0, place) > left.rfind(b, 0, place) for a, b in _HIDING)):
                if len(left) > MOST_PART:
                    raise source.fault(f"one part of it is larger than {MOST_PART:,} bytes.", "It is no file of this kind.")
                continue
            yield Stretch(number, before + left[:place], source.done, last=False)
            number += (_HIDDEN.sub(b"", left[:place]) if hiding else left).count(end)
            left = left[place:]
    yield Stretch(number, before + left, source.done, last=True)


_HIDDEN = re.compile(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>", re.DOTALL)
_HIDING = ((b"<!--", b"-->"), (b"<![CDATA[", b"]]>"), (b"<?", b"?>"))
"""What text may stand in that looks like the end of a record."""


def _first(piece: bytes) -> bytes:
    """Without blank lines before the declaration."""
    bare = piece.removeprefix(b"\xef\xbb\xbf")
    return bare.lstrip() if bare[:1].isspace() else bare


def _too_deep(source: Input) -> FileError:
    return source.fault(f"its elements nest deeper than {MOST_DEPTH} levels.", "It is no file of this kind.")


def _no_document_type(first: bytes, source: Input) -> None:
    """A document type can only stand before the first element, which must begin within the first 64 KiB."""

    class _Begun(Exception):
        pass

    def begun(*_: object) -> None:
        raise _Begun

    def refuse(*_: object) -> None:
        raise source.fault(
            "it has a document type (DOCTYPE), which may hide entities.", "Take the DOCTYPE out if you trust the file."
        )

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = begun
    try:
        parser.Parse(first, False)
    except _Begun:
        return
    except expat.ExpatError:
        return  # told with its place by the reading itself
    if len(first) >= HEAD:
        raise source.fault("no element begins in its first 64 KiB.", "It is no file of this kind.")


def text_of(element: ET.Element | None, *path: str) -> str | None:
    """The trimmed text at a path of local names below an element; ``None`` when it is not there or empty."""
    found = child(element, *path)
    text = (found.text or "").strip() if found is not None else ""
    return text or None


def child(element: ET.Element | None, *path: str) -> ET.Element | None:
    """The first element at a path of local names."""
    for name in path:
        if element is None:
            return None
        element = next((c for c in element if local(c.tag) == name), None)
    return element
