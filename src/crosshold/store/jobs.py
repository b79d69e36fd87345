"""What came into a register and when: one row for each import, choice or review, the same in every store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from crosshold.errors import Finding
from crosshold.model.entity import Entity
from crosshold.model.picks import Pick
from crosshold.model.statement import Source, Statement


@dataclass
class Job:
    """What a writer is about: ``what`` is import, pick, review or undo, ``by`` who does it, ``files`` what each file of it gave."""

    what: str = "import"
    by: str = ""
    files: list[Mapping[str, Any]] = field(default_factory=list)


class Import(NamedTuple):
    """A row of the history: ``statements`` of it are new, ``known_before`` were there. ``generation`` is what the register was after it."""

    generation: int
    recorded_at: str
    what: str
    by: str
    files: list[dict[str, Any]]
    statements: int
    known_before: int


class Rows(NamedTuple):
    """Some rows of a store that were recorded at one moment, in their order, as they are moved to another store."""

    recorded_at: str
    statements: Sequence[Statement] = ()
    entities: Sequence[Entity] = ()
    sources: Sequence[Source] = ()
    findings: Sequence[Finding] = ()
    picks: Sequence[Pick] = ()
