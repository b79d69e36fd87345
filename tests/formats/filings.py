"""What the tests of filings share: a file, its batches, and an account that must balance."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

from crosshold.formats.intake import Account, Batch, Input
from crosshold.model.statement import Statement


class Read:
    """Everything that a reader gave of one file."""

    def __init__(self, path: Path, batches: Iterator[Batch]) -> None:
        self.batches = list(batches)
        self.account = Account()
        for batch in self.batches:
            self.account.add(batch)
        self.account.check(path.name)
        self.statements = [s for b in self.batches for s in b.statements]
        self.entities = {e.id: e for b in self.batches for e in b.entities}
        self.rejects = [r for b in self.batches for r in b.rejects]
        self.codes = set(self.account.counts)

    def holding(self, holder: str, *, declared: bool | None = None) -> Statement:
        """The one holding of a party whose name contains the words."""
        found = [
            s
            for s in self.statements
            if s.verb == "holds" and holder in self.entities[s.subject].name and declared in (None, bool(s.extra.get("declared")))
        ]
        assert len(found) == 1, [s.id for s in found]
        return found[0]

    def message(self, code: str) -> str:
        """All that was told under one code."""
        return "\n".join(f.message for f in self.account.findings if f.code == code)


def read_file(reader: ModuleType, path: Path, published: date | None = None, **options: Any) -> Read:
    """Sniffed and read; the file must be known as one of its format."""
    source = Input(path, options=options, published=published)
    assert reader.sniff(source.head, source.name) > 0.5
    return Read(path, reader.read(source))
