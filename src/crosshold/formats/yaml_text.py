"""YAML as files of this product use it: the 1.2 core schema, read from events, with a place for every value.

Plain words such as ``N``, ``NO`` and ``ON`` stay strings and dates stay strings; a number with a point becomes a ``Decimal``
so that no digit is lost. Aliases, tags, duplicate keys, several documents, more than 16 MB or 40 levels are refused: text from outside is
data and must not grow, run or overwrite anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from crosshold.errors import FileError, Finding
from crosshold.model.exact import is_number

MOST_BYTES = 16 * 2**20
MOST_LEVELS = 40
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WHOLE = re.compile(r"[-+]?[0-9]+")
_POINT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+\.[0-9]*)([eE][-+]?[0-9]+)?|[-+]?[0-9]+[eE][-+]?[0-9]+")
_WORDS: dict[str, bool | None] = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
_WORDS |= {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_OTHER_NUMBERS = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")

Path_ = tuple[str | int, ...]


@dataclass(frozen=True, eq=False)
class Document:
    """What a file says (``data``) and where it says it (``lines``, by path, counted from 1)."""

    name: str
    data: Any
    lines: dict[Path_, int]

    def part(self, *path: str | int) -> Document:
        """What stands under a key, as a document of its own with the same name and lines."""
        data: Any = self.data
        for key in path:
            data = data[key]
        size = len(path)
        return Document(self.name, data, {p[size:]: line for p, line in self.lines.items() if p[:size] == path})

    def where(self, *path: str | int) -> str:
        """``name:line path`` of a value, of its nearest known parent otherwise."""
        shown = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")
        known: Path_ = path
        while known and known not in self.lines:
            known = known[:-1]
        line = f":{self.lines[known]}" if known in self.lines else ""
        return f"{self.name}{line} {shown}".strip()


def read_file(path: Path) -> Document:
    """Read one YAML file; every way in which it can be unreadable is one ``FileError``."""
    try:
        if path.is_dir():
            raise _fault("C_FILE", f"{path.name} is a folder, a file is needed.", "Name the file inside it.", str(path))
        with path.open("rb") as file:
            read_so_far = file.read(MOST_BYTES + 1)  # a pipe or a device does not tell its size
        if len(read_so_far) > MOST_BYTES:
            message = f"the file has more than {MOST_BYTES // 2**20} MB, which is the most that is read of YAML."
            raise _fault("C_TOO_LARGE", message, "Put large data in tables (CSV) beside the case file.", path.name)
        text = read_so_far.decode("utf-8-sig")
    except FileNotFoundError:
        raise _fault("C_FILE", "there is no such file.", "Check the path.", str(path)) from None
    except UnicodeDecodeError as error:
        raise _fault("C_FILE", f"this is not UTF-8 text (byte {error.start}).", "Save it as UTF-8 YAML.", path.name) from None
    except OSError as error:
        raise _fault("C_FILE", f"the file cannot be read ({error.strerror}).", "Check its permissions.", path.name) from None
    return read(text, path.name)


def read(text: str, name: str) -> Document:
    """Read YAML text; ``name`` is what findings call it."""
    if len(text.encode()) > MOST_BYTES:
        raise _fault("C_TOO_LARGE", f"more than {MOST_BYTES // 2**20} MB of YAML.", "Put large data in tables (CSV).", name)
    if not text.strip():
        raise _fault(
            "C_EMPTY", "the file is empty.", "A case file begins with 'crosshold: case/1', a rule file with '- id:'.", name
        )
    reader = _Reader(text, name)
    data = reader.document()
    return Document(name, data, reader.lines)


def write(data: Any) -> str:
    """Plain values as YAML text that :func:`read` reads back as the same values."""
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)


class _Dumper(yaml.SafeDumper):
    """Quotes every text that the reader would not take as text; writes no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _represent(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    plain = text not in _WORDS and not any(pattern.fullmatch(text) for pattern in (_WHOLE, _POINT, _OTHER_NUMBERS))
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, None if plain else "'")


_Dumper.add_representer(str, _represent)


def _fault(code: str, message: str, cure: str, where: str) -> FileError:
    return FileError(Finding(code, message, cure, where))


class _Reader:
    """Builds plain values from parser events, remembering the line of each."""

    def __init__(self, text: str, name: str) -> None:
        self.name = name
        self.lines: dict[Path_, int] = {}
        self._events: Iterator[Any] = iter(yaml.parse(text, Loader=_LOADER))

    def document(self) -> Any:
        try:
            self._next()
            if isinstance(self._next(), yaml.StreamEndEvent):
                raise _fault("C_EMPTY", "the file says nothing, it has only comments.", "Write the keys it needs.", self.name)
            data = self._value(self._next(), ())
            self._next()
            if not isinstance(self._next(), yaml.StreamEndEvent):
                raise _fault(
                    "C_SYNTAX", "the file holds more than one document.", "Keep one; remove the '---' between.", self.name
                )
        except yaml.MarkedYAMLError as error:
            line = f":{error.problem_mark.line + 1}" if error.problem_mark else ""
            message = f"this is not YAML: {error.problem or 'unreadable'}."
            raise _fault("C_SYNTAX", message, "Check indentation, quotes and brackets there.", self.name + line) from None
        except yaml.reader.ReaderError as error:
            message = f"character {error.position} cannot stand in YAML."
            raise _fault("C_SYNTAX", message, "Is this a text file? Save it as UTF-8 YAML.", self.name) from None
        return data

    def _next(self) -> Any:
        return next(self._events)

    def _value(self, event: Any, path: Path_) -> Any:
        here = f"{self.name}:{event.start_mark.line + 1}"
        self.lines[path] = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _fault("C_ALIAS", "aliases and anchors are refused.", "Write the value out where it is used.", here)
        if getattr(event, "tag", None):
            raise _fault("C_TAG", f"the tag {event.tag!r} is refused.", "Remove it: files hold plain data only.", here)
        if len(path) > MOST_LEVELS:
            raise _fault("C_DEPTH", f"more than {MOST_LEVELS} levels of nesting.", "Flatten it.", here)
        if isinstance(event, yaml.ScalarEvent):
            return event.value if event.style or not event.implicit[0] else self._plain(event.value, here)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(path)
        return self._mapping(path)

    def _sequence(self, path: Path_) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            items.append(self._value(event, (*path, len(items))))
        return items

    def _mapping(self, path: Path_) -> dict[str, Any]:
        items: dict[str, Any] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            here = f"{self.name}:{event.start_mark.line + 1}"
            if not isinstance(event, yaml.ScalarEvent):
                raise _fault("C_SYNTAX", "a key must be a plain word.", "Quote it if it has special characters.", here)
            if event.value in items:
                message = f"the key {event.value!r} stands twice."
                raise _fault("C_DUPLICATE_KEY", message, "Keep one of them.", here)
            if event.anchor:
                raise _fault("C_ALIAS", "aliases and anchors are refused.", "Write the value out where it is used.", here)
            items[event.value] = self._value(self._next(), (*path, event.value))
        return items

    def _plain(self, text: str, here: str) -> Any:
        if text in _WORDS:
            return _WORDS[text]
        if _WHOLE.fullmatch(text):
            if len(text) > 40:
                raise _fault("C_BAD_NUMBER", f"a number of {len(text)} digits.", "Counts have at most 18 digits.", here)
            return int(text)
        if _POINT.fullmatch(text):
            if not is_number(text):
                raise _fault("C_BAD_NUMBER", f"{text[:40]!r}... is out of any range.", "Check the digits.", here)
            return Decimal(text)
        if _OTHER_NUMBERS.fullmatch(text):
            raise _fault("C_BAD_NUMBER", f"{text!r} is no count or ratio.", "Write decimal digits.", here)
        return text
