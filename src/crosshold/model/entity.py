"""Parties: companies, persons, states, and the dispersed holders nobody names."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace

KINDS = ("company", "person", "state", "fund", "trustee", "family", "group", "dispersed", "unknown")
FLOAT = "~float"
NAME_KINDS = ("legal", "short", "former", "trade", "kana", "english", "other")
"""What a further name of a party is."""


@dataclass(frozen=True, slots=True)
class Entity:
    """One party. ``None`` means unknown: rules that need it then answer "unknown" instead of guessing.

    ``identifiers`` are pairs of scheme and number, ``names`` pairs of a kind (:data:`NAME_KINDS`) and a further name, as given: nothing
    is transliterated, and a former name stays one.

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
    names: tuple[tuple[str, str], ...] = field(default=())

    @property
    def spellings(self) -> tuple[str, ...]:
        """Every name it goes under, its own first; none when only its id is known."""
        own = () if self.name == self.id else (self.name,)
        return tuple(dict.fromkeys((*own, *(text for _, text in self.names))))

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
    name = said.get("name", old.name)
    before = [("other", old.name)] if old.name not in (name, old.id) else []
    names = tuple(pair for pair in dict.fromkeys((*old.names, *new.names)) if pair != ("other", name))
    known = {text for _, text in names} | {name}
    names += tuple(pair for pair in before if pair[1] not in known)
    return replace(old, **{**said, "identifiers": pairs, "names": names})
