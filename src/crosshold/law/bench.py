"""What all judges of one reading share, and the record of one number that was tested."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from crosshold.law.measure import Pair
from crosshold.law.rule import Rule
from crosshold.law.trees import Compare
from crosshold.law.vocabulary import LIVE_BASES
from crosshold.law.world import World

Env = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Line:
    """One number against one threshold, as tested: for verdicts, distances and events."""

    rule: str
    clause: str
    group: tuple[str, ...]
    issuer: str
    basis: str
    measured: str
    part: int
    whole: int
    op: str
    threshold: Fraction
    met: bool
    node: Compare


@dataclass
class Bench:
    """What all judges of one reading share: the world, the definitions, the choice on each open point, what never changes."""

    world: World
    definitions: Mapping[str, Rule]
    reading: Mapping[str, str] = field(default_factory=dict)
    meeting: str = "ordinary"
    past: tuple[World, ...] = ()
    static: dict[tuple[object, ...], Pair] = field(default_factory=dict)
    static_open: dict[tuple[object, ...], dict[tuple[str, str, str], int]] = field(default_factory=dict)
    _still: dict[str, bool] = field(default_factory=dict)

    def basis(self, rule: str, word: str) -> str:
        """The base meant on this reading. Votes for the board are gross votes: no Snapshot has classes that vote on it alone."""
        if word == "director_votes":
            return "gross_votes"
        if word != "open_votes":
            return word
        return "exercisable_votes" if self.reading.get(rule) == "exercisable" else "gross_votes"

    def is_static(self, rule: Rule, seen: tuple[str, ...] = ()) -> bool:
        """Whether a row looks only at what suspensions cannot change, itself and through its definitions."""
        if seen or rule.version not in self._still:
            if rule.is_live or any(self.basis(rule.id, word) in LIVE_BASES for word in rule.bases):
                still = False
            else:
                names = (name for name in rule.definitions if name not in (*seen, rule.id))
                still = all(self.is_static(self.definitions[name], (*seen, rule.id)) for name in names)
            if seen:
                return still
            self._still[rule.version] = still
        return self._still[rule.version]
