"""JSON objects one by one out of a file of any length: an array, an object that holds one, or one object a line.

Only the object that is being read is kept, so memory does not grow with the file. What follows a fault inside an array cannot be trusted
and ends the reading (``E_FILE``); a bad line only costs that line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from io import TextIOWrapper
from typing import Any, NamedTuple, NoReturn

import msgspec

from crosshold.errors import FileError
from crosshold.formats.intake import MOST_DEPTH, MOST_FIELD, Input
from crosshold.formats.stretches import MOST_LINE, Stretch, lines

PIECE = 2**18
MOST_OBJECT = 2**23
"""Characters of one object at most."""
_SPACE = re.compile(r"[ \t\r\n]*")
_NEAR = 12  # the decoder may have been cut off in a word, a number or an escape this far from the end


class Row(NamedTuple):
    """One object: where it stands, its value and its text. ``fault`` says why the value cannot be used."""

    where: str
    value: Any
    text: str
    fault: str = ""


def objects(source: Input, key: str, alone: bool = False) -> Iterator[Row]:
    """The objects of a file; an object that holds the array holds it under ``key``, which may be a path (``hits/hits``). ``alone``: an
    object without ``key``, or one that has an object there, is a record too. ``FileError`` when it is no JSON or breaks off.
    """
    *outer, last = key.split("/")
    with source.text() as stream:
        start = stream.readline(MOST_OBJECT)
        while start and not start.strip():
            start = stream.readline(MOST_OBJECT)
        if not start:
            return
        if start.lstrip()[0] == "{" and _stands_alone(start, (*outer, last)):
            yield from _lines(start, stream, source)
            return
        window = _Window(start, stream, source)
        if window.peek() == "[":
            window.at += 1
            yield from _array(window, "")
        elif window.peek() == "{":
            if alone and not window.near(f'"{(*outer, last)[0]}"'):
                yield _sound("/", *window.value("/"))
                return
            for name in outer:
                window.find(name, "{")
            window.find(last, "[{" if alone else "[")
            if window.peek() == "[":
                window.at += 1
                yield from _array(window, f"/{key}")
            else:
                yield _sound(f"/{key}", *window.value(f"/{key}"))
        else:
            raise source.fault("it begins with neither [ nor {, so it is no JSON of objects.", "Name its format with --format.")


def _stands_alone(line: str, path: tuple[str, ...]) -> bool:
    """Whether the first line is an object of its own, and not the holder of the array."""
    try:
        found = _DECODER.decode(line)
    except (ValueError, RecursionError):
        return False
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return not isinstance(found, list)


def _lines(line: str, stream: TextIOWrapper, source: Input) -> Iterator[Row]:
    number = 0
    while line:
        number += 1
        where = f"line {number}"
        if len(line) >= MOST_OBJECT and not line.endswith("\n"):
            raise source.fault(f"{where} is longer than {MOST_OBJECT:,} characters.", "Check where the file was made.")
        if not line.isspace():
            yield row_of(where, line)
        line = stream.readline(MOST_OBJECT)


def row_of(where: str, text: str) -> Row:
    """The object that a text is, under the limits of all of them."""
    try:
        return _sound(where, _decoded(text), text)
    except RecursionError:
        return Row(where, None, text, _DEEP)
    except ValueError as error:
        return Row(where, None, text, f"it is no JSON ({error})")


def stretches(source: Input, key: str) -> Iterator[Stretch] | None:
    """A file of one object a line in stretches; ``None`` for any other, and for one whose first line is an object that holds ``key``."""
    with source.open() as stream:
        line = stream.readline(MOST_LINE)
        while line and not line.strip():
            line = stream.readline(MOST_LINE)
    try:
        first = line.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    return lines(source) if first.lstrip()[:1] == "{" and _stands_alone(first, tuple(key.split("/"))) else None


def rows_of(stretch: Stretch) -> Iterator[Row]:
    """The objects of a stretch, one a line; a line that is none costs only itself."""
    content = stretch.content if stretch.number else stretch.content.removeprefix(b"\xef\xbb\xbf")
    for number, line in enumerate(content.split(b"\n"), stretch.number + 1):
        if len(line) >= MOST_LINE:
            text = line[:1_000].decode(errors="replace")
            yield Row(f"line {number}", None, text, f"the line is longer than {MOST_LINE:,} bytes")
        elif line.strip():
            try:
                text = line.decode()
            except UnicodeDecodeError as error:
                fault = f"it is no UTF-8 at byte {error.start} of the line"
                yield Row(f"line {number}", None, line.decode(errors="replace"), fault)
                continue
            yield row_of(f"line {number}", text)


def _array(window: _Window, name: str) -> Iterator[Row]:
    number = 0
    if window.peek() == "]":
        return
    while True:
        where = f"{name}/{number}"
        value, text = window.value(where)
        yield _sound(where, value, text)
        mark = window.peek()
        if mark == "]":
            return
        if mark != ",":
            raise window.fault(where, f"{mark!r} stands where a comma is due" if mark else "it breaks off")
        window.at += 1
        window.peek()
        number += 1


class _Window:
    """The stretch of the text that is being read."""

    def __init__(self, text: str, stream: TextIOWrapper, source: Input) -> None:
        self.text, self.at, self.ended = text, 0, False
        self.stream, self.source = stream, source

    def more(self) -> None:
        """Read on; what was used is dropped."""
        piece = self.stream.read(max(PIECE, len(self.text) - self.at))
        self.text, self.at, self.ended = self.text[self.at :] + piece, 0, not piece

    def peek(self) -> str:
        """The next character that is no blank; empty at the end."""
        while True:
            if self.text[self.at : self.at + 1] <= " ":
                self.at = _SPACE.match(self.text, self.at).end()  # type: ignore[union-attr]
            if self.at < len(self.text):
                return self.text[self.at]
            if self.ended:
                return ""
            self.more()

    def value(self, where: str) -> tuple[Any, str]:
        """The value that begins here, and its text."""
        while True:
            try:
                found, end = _DECODER.raw_decode(self.text, self.at)
            except json.JSONDecodeError as error:
                cut = error.pos >= len(self.text) - _NEAR or error.msg.startswith("Unterminated string")
                if not cut or self.ended:
                    raise self.fault(where, "it breaks off" if cut else error.msg) from None
                if len(self.text) - self.at > MOST_OBJECT:
                    raise self.fault(where, f"an object is longer than {MOST_OBJECT:,} characters") from None
                self.more()
            except RecursionError:
                raise self.fault(where, _DEEP) from None
            except ValueError as error:
                raise self.fault(where, str(error)) from None
            else:
                if end == len(self.text) and not self.ended:
                    self.more()  # a number may go on
                    continue
                text, self.at = self.text[self.at : end], end
                return found, text

    def near(self, word: str) -> bool:
        """Whether a word stands in the first stretch of the file."""
        while len(self.text) < PIECE and not self.ended:
            self.more()
        return word in self.text

    def find(self, key: str, kinds: str) -> None:
        """Go into the object that begins here, to the value under ``key``, which begins with one of ``kinds``."""
        self.at += 1
        while self.peek() == '"':
            name, _ = self.value("")
            if self.peek() != ":":
                raise self.fault("", "a colon is missing")
            self.at += 1
            mark = self.peek()
            if name == key and mark and mark in kinds:
                return
            self.value(f"/{name}")
            if self.peek() != ",":
                break
            self.at += 1
        whole = self.peek() == "}"
        raise self.fault("", f"it holds no array {key!r}" if whole else "it breaks off")

    def fault(self, where: str, why: str) -> FileError:
        """The file cannot be read from here on."""
        return self.source.fault(
            f"it cannot be read as JSON near {where or '/'}: {why}.", "Fetch it again, or check where it was made."
        )


def _sound(where: str, value: Any, text: str) -> Row:
    """The row, with a fault when it is no object, too deep, or has a field that is too long."""
    if type(value) is not dict:
        return Row(where, None, text, "it is no JSON object")
    if len(text) > MOST_FIELD and _longest(value) > MOST_FIELD:
        return Row(where, None, text, f"a field is longer than {MOST_FIELD:,} characters")
    if text.count("{") + text.count("[") > MOST_DEPTH and _depth(value) > MOST_DEPTH:
        return Row(where, None, text, _DEEP)
    return Row(where, value, text)


def _longest(value: Any) -> int:
    if isinstance(value, str):
        return len(value)
    inner = [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else ()
    return max(map(_longest, inner), default=0)


def _depth(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(_depth, inner), default=0)


def _not_a_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number in JSON")


def _decoded(text: str) -> Any:
    """The value of a text; what the fast decoder refuses, the patient one may take (half characters), or say why not."""
    try:
        return _FAST(text)
    except ValueError:
        return _DECODER.decode(text)


_FAST = msgspec.json.Decoder().decode
_DECODER = json.JSONDecoder(parse_constant=_not_a_number)
_DEEP = f"it is nested deeper than {MOST_DEPTH} levels"
