"""Rows that an import rejected, to be mended in their file and read again as what they were: rows of the first file (spec/evidence 4)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from crosshold.errors import FileError, Finding
from crosshold.formats.catalogue import named
from crosshold.formats.intake import Input, Reject

WORDS = ("where", "code", "text", "raw", "source", "format")
TABLES = (".csv", ".tsv", ".txt")


def lines(rejects: Iterable[Reject], source: str, form: str) -> Iterator[str]:
    """Rejected rows as lines of their file: place, code, what is wrong, the row itself, and where it is from."""
    for row in rejects:
        yield json.dumps(
            {"where": row.where, "code": row.code, "text": row.text, "raw": row.raw, "source": source, "format": form},
            ensure_ascii=False,
        )


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
    return isinstance(first, dict) and set(first) == set(WORDS) and all(isinstance(v, str) for v in first.values())


@contextmanager
def mended(source: Input) -> Iterator[tuple[Input, str]]:
    """The rows of such a file under the name of the file they come from, and its format. Their places are those of the mended file."""
    names, raws = set(), []
    with source.text() as stream:
        for number, line in enumerate(stream, 1):
            try:
                row = json.loads(line)
                names.add((str(row["source"]), str(row["format"])))
                raws.append(str(row["raw"]).rstrip("\r\n"))
            except (ValueError, KeyError, TypeError, RecursionError) as error:
                message = f"line {number} is no rejected row any more ({error})."
                raise FileError(Finding("E_FILE", message, "Mend what 'raw' says, and leave the rest.", source.name)) from None
    if len(names) != 1:
        raise source.fault(f"its rows are of {len(names)} files.", "Read those of one file at a time.")
    ((name, form),) = names
    with TemporaryDirectory() as folder:
        path = Path(folder) / ("rows" + "".join(Path(name).suffixes[-2:]).removesuffix(".gz").removesuffix(".zip"))
        whole = getattr(named(form).code, "from_rows", None)
        path.write_text(whole(raws) if whole else "\n".join(raws) + "\n", encoding="utf-8")
        yield Input(path, options=source.options, published=source.published, trust_size=source.trust_size, name=name), form


def told_of(rows: Iterable[Finding], name: str) -> list[Finding]:
    """Findings with the name of their file before their place."""
    return [f if f.where.startswith(name) else replace(f, where=f"{name}: {f.where}" if f.where else name) for f in rows]
