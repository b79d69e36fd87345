"""The pieces that a sentence is read as, and patterns over them.

Every piece is a :class:`Unit` of one kind (a name, a share, a cue of the language's table, any other word). A sentence becomes a string
with one character a unit, so that a pattern of kinds is a regular expression over a short string.

A pattern is a row of items: ``KIND``, ``KIND|KIND`` (either), ``!KIND`` (any other), ``~KIND`` (not followed by it), ``name:KIND`` (to be
kept under that name), ``name:rest`` (all that follows), ``( ... / ... )`` (either row); each may end in ``?``, ``*``, ``+`` or ``{1,9}``.
Kinds are those of the cue table and of :data:`KINDS`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

KINDS = {
    "E": "a party: a known name, a proposed one, or what a pronoun stands for",
    "P": "a share of a company",
    "PP": "percentage points",
    "N": "a number",
    "M": "money",
    "T": "a time",
    "S": "a stake: a share, shares or a holding of one company",
    "NV": "no votes",
    "w": "any other word",
}
_MANY = r"(?:[?*+]|\{\d,\d\})?"
_ITEM = re.compile(rf"\(|\){_MANY}|/|(?:(?P<name>[a-z_]+\d?):)?(?P<not>[!~])?(?P<kinds>[^\s():?*+{{}}]+)(?P<how>{_MANY})")
REST = "rest"


@dataclass(slots=True)
class Unit:
    """A piece of a sentence: its kind, where it stands in the text, its words, and what it means."""

    kind: str
    start: int
    end: int
    text: str
    value: Any = None


@dataclass(slots=True)
class Verb:
    """What a verb group says beside its verb: negated or not, and whether it is so, was so, or only may be."""

    mood: str = "present"  # present, past, future, plan, would, may
    negated: bool = False
    passive: bool = False


@dataclass(slots=True)
class Codes:
    """One character for each kind, given out as kinds come up; punctuation stands for itself."""

    known: dict[str, str] = field(default_factory=dict)

    def of(self, kind: str) -> str:
        """The character of a kind."""
        if kind not in self.known:
            self.known[kind] = chr(0xE000 + len(self.known))
        return self.known[kind]

    def line(self, units: list[Unit]) -> str:
        """The string of a row of units."""
        return "".join([self.known.get(u.kind) or self.of(u.kind) for u in units])

    def pattern(self, text: str) -> re.Pattern[str]:
        """The regular expression of a pattern."""
        return re.compile("".join(self._item(m) for m in _ITEM.finditer(text)))

    def _item(self, item: re.Match[str]) -> str:
        whole = item[0]
        if item["kinds"] is None:
            return {"/": "|", "(": "(?:"}.get(whole, whole)
        if item["kinds"] == REST:
            return f"(?P<{item['name']}>.+)"
        kinds = "".join(re.escape(self.of(kind)) for kind in item["kinds"].split("|"))
        if item["not"] == "~":
            return f"(?![{kinds}])"
        shown = f"[{'^' if item['not'] else ''}{kinds}]{item['how']}"
        return f"(?P<{item['name']}>{shown})" if item["name"] else shown


def needed(text: str) -> frozenset[str]:
    """Kinds that must be in a sentence for a pattern to be tried: those outside brackets that are neither optional nor alternatives."""
    depth, found = 0, set()
    for item in _ITEM.finditer(text):
        if item[0].startswith("("):
            depth += 1
        elif item[0].startswith(")"):
            depth -= 1
        elif item["kinds"] and not (
            depth or item["not"] or "|" in item["kinds"] or item["how"][:1] in ("?", "*") or item["kinds"] == REST
        ):
            found.add(item["kinds"])
    return frozenset(found)
