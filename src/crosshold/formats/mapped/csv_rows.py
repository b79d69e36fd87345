"""CSV text as rows: its encoding, its separator, quotes that are never closed, and bytes that are no text.

A record ends where its quotes are balanced. When they never are, only the line with the open quote is rejected, and reading goes on
behind it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from crosshold.errors import Finding
from crosshold.formats.intake import MOST_FIELD, Input
from crosshold.formats.mapped.rows import Row, Table, unescaped
from crosshold.formats.mapped.words import known_words

SEPARATORS = (";", "\t", ",", "|")
MOST_LINES = 10_000
MOST_LINE = 4 * MOST_FIELD
"""Lines over which a quoted cell may run."""
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_EASTERN = ("cp932", "euc-kr")


class CsvTable(Table):
    """The rows of a CSV file."""

    def __init__(self, source: Input, encoding: str | None = None, separator: str | None = None) -> None:
        super().__init__(source)
        self.width: int | None = None  # cells of a row, once the header is known
        head = source.head
        if encoding is not None:
            try:
                head.decode(encoding, "ignore")
            except (LookupError, ValueError):
                raise source.fault(f"{encoding!r} is no encoding.", "Write utf-8, utf-16, cp932 or euc-kr.") from None
        self.encoding = encoding or self._guessed(head)
        text = head.decode(self.encoding, "replace").lstrip("\ufeff")
        if "\0" in text[:1000]:
            raise source.fault("it is no text.", "Save it as CSV in UTF-8.")
        first = text.split("\n", 1)[0].strip().lower()
        self.separator = separator or (first[4] if first.startswith("sep=") and len(first) == 5 else _separator(text))

    def _guessed(self, head: bytes) -> str:
        """UTF-8, unless a mark says otherwise or its bytes are none and an Eastern encoding gives a header of known words."""
        for mark, name in _MARKS:
            if head.startswith(mark):
                return name
        try:
            head[:-4].decode("utf-8") if len(head) > 4 else head.decode("utf-8")
            return "utf-8"
        except UnicodeDecodeError:
            pass
        best = max(_EASTERN, key=lambda name: _known(head, name))
        if _known(head, best) >= 2 and _known(head, best) > _known(head, "utf-8"):
            message = f"the bytes are no UTF-8; read as {best}, its header has known words."
            self.notes.append(
                Finding("N_ENCODING", message, "Write 'encoding:' in the mapping if that is wrong.", self.source.name)
            )
            return best
        return "utf-8"

    def rows(self) -> Iterator[Row]:
        """Every record; one that cannot be taken apart has a fault."""
        with self.source.open() as stream:
            lines = io.TextIOWrapper(stream, encoding=self.encoding, errors="surrogateescape", newline="")
            with lines:
                csv.field_size_limit(MOST_FIELD)
                yield from self._records(_Lines(lines, self.encoding))

    def _records(self, lines: _Lines) -> Iterator[Row]:
        while (line := lines.next()) is not None:
            number, offset = lines.number, lines.offset
            where = f"line {number}"
            if len(line) > MOST_LINE:
                yield Row(where, [], line[:1000], ("E_ROW", "the line has more than four million characters."))
                continue
            record, fault = line, None
            if line.count('"') % 2:
                record, fault = self._closed(line, lines)
            if fault is None and not record.isascii() and any("\udc80" <= c <= "\udcff" for c in record):
                place = _offset(record, self.encoding)
                fault = f"byte {offset + place:,} is no {self.encoding} text."
            if fault:
                yield Row(where, [], _told(record), ("E_ROW", fault))
            else:
                yield self._row(where, record)

    def _closed(self, line: str, lines: _Lines) -> tuple[str, str | None]:
        """The record that begins with a line of unbalanced quotes; the line alone, with its fault, when it is never closed."""
        more = [line]
        while len(more) < MOST_LINES and (following := lines.next()) is not None:
            more.append(following)
            if following.count('"') % 2:
                record = "".join(more)
                cells = self._row("", record)
                if cells.fault is None and self.width in (None, len(cells.cells)):
                    return record, None
                break
        lines.back(more[1:])
        return line, "a quote is opened and not closed."

    def _row(self, where: str, record: str) -> Row:
        try:
            cells = next(csv.reader([record], delimiter=self.separator, strict=True), [])
        except csv.Error as error:
            return Row(where, [], _told(record), ("E_ROW", f"it cannot be taken apart ({error})."))
        if any(len(cell) > MOST_FIELD for cell in cells):
            return Row(where, [], _told(record), ("E_ROW", "a cell has more than a million characters."))
        return Row(where, [unescaped(cell) for cell in cells] if "'" in record else cells, record.rstrip("\r\n"))


class _Lines:
    """Lines of a text that can be given back, with their number and the place of their first byte."""

    def __init__(self, stream: io.TextIOWrapper, encoding: str) -> None:
        self._stream = stream
        self._encoding = encoding
        self._waiting: list[str] = []
        self.number = self.offset = 0
        self._next = 0

    def next(self) -> str | None:
        line = self._waiting.pop() if self._waiting else self._stream.readline(MOST_LINE + 1)
        if not line:
            return None
        if self.number == 0 and line.startswith("\ufeff"):
            line, self._next = line[1:], 3
        self.number += 1
        self.offset = self._next
        self._next += self._size(line)
        if len(line) > MOST_LINE:
            self._skip(line)
        return line

    def _skip(self, line: str) -> None:
        """Pass over what follows of a line that is too long to be one."""
        while line and not line.endswith(("\n", "\r")):
            line = self._stream.readline(MOST_LINE)
            self._next += self._size(line)

    def _size(self, line: str) -> int:
        if self._encoding.startswith("utf-16"):
            return 2 * len(line)
        return len(line) if line.isascii() else len(line.encode(self._encoding, "surrogateescape"))

    def back(self, lines: list[str]) -> None:
        """Take lines back, to be read again."""
        for line in reversed(lines):
            self._waiting.append(line)
            self.number -= 1
            self._next -= self._size(line)


def _told(record: str) -> str:
    """A record as text that can be written; bytes that are none as escapes."""
    return record.rstrip("\r\n").encode("utf-8", "backslashreplace").decode()


def _offset(record: str, encoding: str) -> int:
    before = record[: next(n for n, c in enumerate(record) if "\udc80" <= c <= "\udcff")]
    return len(before.encode(encoding, "surrogateescape"))


def _known(head: bytes, encoding: str) -> int:
    """How many cells of the first lines are words of a header."""
    lines = head.decode(encoding, "replace").splitlines()[:20]
    return max((known_words(line.split(sep)) for line in lines for sep in SEPARATORS), default=0)


def _separator(text: str) -> str:
    """The separator with which the first lines have known words, else the same number of cells in most lines."""
    lines = [line for line in text.splitlines()[:40] if line.strip()][:30]
    complete = lines[:-1] if len(lines) > 1 and len(text) > 60_000 else lines

    def merit(separator: str) -> tuple[int, int, int]:
        rows = list(csv.reader(complete, delimiter=separator)) if complete else []
        words = max((known_words(row) for row in rows), default=0)
        widths = [len(row) for row in rows if len(row) > 1]
        common = max((widths.count(w) for w in set(widths)), default=0)
        return words, common, max(widths, default=0)

    return max(SEPARATORS, key=merit)
