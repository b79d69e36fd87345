"""Reads a file as an import does: every batch, its account, and the Register that comes of it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from crosshold.formats.intake import Account, Batch, Input
from crosshold.model.register import Register, Statements
from crosshold.model.statement import Statement

from .samples import DATA


class Import:
    """What a file gave."""

    def __init__(self, code: ModuleType, path: Path, published: date | None = None, **options: Any) -> None:
        self.account = Account()
        self.batches: list[Batch] = []
        for batch in code.read(Input(path, options=options, published=published)):
            self.account.add(batch)
            self.batches.append(batch)
        self.account.check(path.name)
        self.statements: list[Statement] = [s for batch in self.batches for s in batch.statements]
        self.findings = [f for batch in self.batches for f in batch.findings]
        self.rejects = [r for batch in self.batches for r in batch.rejects]
        sources = {s.id: s for batch in self.batches for s in batch.sources}
        entities = {e.id: e for batch in self.batches for e in batch.entities}
        self.register = Register(Statements({s.id: s for s in self.statements}.values()), sources, entities)

    @property
    def codes(self) -> list[str]:
        return [f.code for f in self.findings]

    @property
    def ids(self) -> set[str]:
        return {s.id for s in self.statements}

    def of(self, *verbs: str) -> list[Statement]:
        return [s for s in self.statements if s.verb in verbs]


def same_json(a: Any, b: Any) -> bool:
    """Whether two lists hold the same objects, whatever the order of keys and items."""
    return sorted(json.dumps(x, sort_keys=True) for x in a) == sorted(json.dumps(x, sort_keys=True) for x in b)


def samples(*names: str) -> Path:
    """A folder of the sample data, which is not part of the repository; the test is skipped where it is not there."""
    folder = DATA.joinpath(*names)
    if not folder.exists():
        pytest.skip("sample data absent")
    return folder
