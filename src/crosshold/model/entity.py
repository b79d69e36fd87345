"""Parties: companies, persons, states, and the dispersed holders nobody names."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace

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


def merged(old: Entity, new: Entity) -> Entity:
    """One party of two records: what the later one says, and what only the earlier one says."""
    said = {f.name: getattr(new, f.name) for f in fields(new) if getattr(new, f.name) not in (None, "", (), "unknown")}
    if said.get("name") == new.id and old.name != old.id:
        said.pop("name")
    pairs = tuple(dict.fromkeys((*old.identifiers, *new.identifiers)))
    return replace(old, **{**said, "identifiers": pairs})
