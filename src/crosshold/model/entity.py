"""Parties: companies, persons, states, and the dispersed holders nobody names."""

from __future__ import annotations

from dataclasses import dataclass, field

KINDS = ("company", "person", "state", "fund", "trustee", "family", "group", "dispersed", "unknown")
FLOAT = "~float"


@dataclass(frozen=True, slots=True)
class Entity:
    """One party. ``None`` means unknown: rules that need it then answer "unknown" instead of guessing.

    Ids that begin with ``~`` are dispersed holders: they hold and vote, but are never one party that could control anything.
    """

    id: str
    name: str = ""
    kind: str = "unknown"
    jurisdiction: str | None = None
    form: str | None = None
    listed: bool | None = None
    sme: bool | None = None
    identifiers: tuple[tuple[str, str], ...] = field(default=())

    def __post_init__(self) -> None:
        if not self.name:
            object.__setattr__(self, "name", "dispersed holders" if self.id == FLOAT else self.id)
        if self.id.startswith("~"):
            object.__setattr__(self, "kind", "dispersed")
