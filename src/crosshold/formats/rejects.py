"""Rows that an import rejected, to be mended in their file and read again as what they were: rows of the first file (spec/evidence 4)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from crosshold.errors import FileError, Finding
from crosshold.formats.catalogue import named
from crosshold.formats.intake import Batch, Input, Reject

WORDS = ("where", "code", "text", "raw", "source", "format")
TABLES = (".csv", ".tsv", ".txt")


def lines(rejects: Iterable[Reject], source: str, form: str, head: str | None = None) -> Iterator[str]:
    """Rejected rows as lines of their file: place, code, what is wrong, the row itself, where it is from, and what stood above it."""
    more = {} if head is None else {"header": head}
    for row in rejects:
        told = {"where": row.where, "code": row.code, "text": row.text, "raw": row.raw, "source": source, "format": form}
        yield json.dumps(told | more, ensure_ascii=False)


def header(source: Input) -> str | None:
    """What stands above the rows of a table of text; ``None`` for other files."""
    if source.header is not None:
        return source.header
    if not source.path.name.lower().removesuffix(".gz").endswith(TABLES):
        return None
    return source.head.decode("utf-8-sig", "replace").split("\n", 1)[0].rstrip("\r")


def are(source: Input) -> bool:
    """Whether a file is one of rejected rows."""
    if not source.path.name.lower().endswith(".jsonl"):
        return False
    try:
        first: Any = json.loads(source.head.split(b"\n", 1)[0])
    except (ValueError, RecursionError):
        return False
    return isinstance(first, dict) and set(first) - {"header"} == set(WORDS) and all(isinstance(v, str) for v in first.values())


class Places:
    """Where rows stood in the file that rejected them, by the line of the mended one. A row keeps its place, its statements their ids."""

    def __init__(self, name: str, by_line: Mapping[int, str]) -> None:
        before = rf"({re.escape(name)}(?:: |, ))?"
        self.here = re.compile(rf"{before}line (\d+)(.*)", re.DOTALL)
        self.by_line = {line: re.sub(f"^{before}", "", where) for line, where in by_line.items()}

    def of(self, where: str) -> str:
        """The place in the first file."""
        found = self.here.fullmatch(where)
        first = self.by_line.get(int(found[2])) if found else None
        return where if found is None or first is None else f"{found[1] or ''}{first}{found[3]}"

    def move(self, batch: Batch) -> None:
        """Everything of a batch is put where it came from."""
        batch.statements = [s.changed(where=self.of(s.where)) if s.where else s for s in batch.statements]
        batch.findings = [replace(f, where=self.of(f.where)) for f in batch.findings]
        batch.rejects = [replace(r, where=self.of(r.where)) for r in batch.rejects]


@contextmanager
def mended(source: Input) -> Iterator[tuple[Input, str, Places]]:
    """The rows of such a file under the name of the file they come from, its format, and where they stood there."""
    files, raws, wheres = set(), [], []
    with source.text() as stream:
        for number, line in enumerate(stream, 1):
            try:
                row = json.loads(line)
                files.add((str(row["source"]), str(row["format"]), row.get("header")))
                raws.append(str(row["raw"]).rstrip("\r\n"))
                wheres.append(str(row["where"]))
            except (ValueError, KeyError, TypeError, RecursionError) as error:
                message = f"line {number} is no rejected row any more ({error})."
                raise FileError(Finding("E_FILE", message, "Mend what 'raw' says, and leave the rest.", source.name)) from None
    if len(files) != 1:
        raise source.fault(f"its rows are of {len(files)} files.", "Read those of one file at a time.")
    ((name, form, head),) = files
    whole = getattr(named(form).code, "from_rows", None) if head is None else None
    text = whole(raws) if whole else "\n".join([*([head] if head else []), *raws, ""])
    first = text.count("\n") - sum(raw.count("\n") + 1 for raw in raws)  # lines above the first row
    by_line = {}
    for raw, where in zip(raws, wheres, strict=True):
        by_line[first + 1] = where
        first += raw.count("\n") + 1
    with TemporaryDirectory() as folder:
        path = Path(folder) / ("rows" + "".join(Path(name).suffixes[-2:]).removesuffix(".gz").removesuffix(".zip"))
        path.write_text(text, encoding="utf-8")
        read = Input(path, options=source.options, published=source.published, trust_size=source.trust_size, name=name)
        yield read, form, Places(name, by_line)


def told_of(rows: Iterable[Finding], name: str) -> list[Finding]:
    """Findings with the name of their file before their place."""
    return [f if f.where.startswith(name) else replace(f, where=f"{name}: {f.where}" if f.where else name) for f in rows]
