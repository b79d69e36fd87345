"""Conditions of rules as trees: nothing is evaluated here. :mod:`crosshold.law.grammar` reads them from text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Group:
    """Who counts together: a party, with the companies it controls under ``subs``, or with its concert.

    ``below`` counts those companies without the party, ``alone`` each of them by itself. ``product`` multiplies stakes along chains
    and adds the chains. ``blocked`` are all parties under sanctions and, in turn, those for which the rule itself holds. ``scheme``
    (only of those who keep a share together) are the other members of its designated group.
    """

    head: str
    subs: str | None = None
    concert: bool = False
    below: bool = False
    alone: bool = False
    product: bool = False
    blocked: bool = False
    scheme: str | None = None

    def __str__(self) -> str:
        if self.scheme:
            return f"same_group({self.head}; {self.scheme})"
        if self.subs and self.below:
            return f"{'sub' if self.alone else 'subs'}({self.head}; {self.subs})"
        if self.subs:
            return f"{self.head} + subs({self.head}; {self.subs})"
        words = {"concert": self.concert, "product": self.product}
        return "blocked" if self.blocked else next((f"{w}({self.head})" for w, true in words.items() if true), self.head)


@dataclass(frozen=True, slots=True)
class Held:
    """Share of ``target`` that ``group`` holds; ``base`` has two words for "the larger of two". What ``without`` has of the target
    counts nowhere; the head of ``group`` is never part of it."""

    group: Group
    target: str
    base: tuple[str, ...]
    without: Group | None = None


@dataclass(frozen=True, slots=True)
class Increase:
    """Rise of a share within ``months``; needs the earlier state."""

    held: Held
    months: int


@dataclass(frozen=True, slots=True)
class HeldFor:
    """Whole months a lot has been registered in one name."""


@dataclass(frozen=True, slots=True)
class Crossed:
    """The day on which a share last passed ``at``: recorded, else between two states of the register."""

    held: Held
    at: Fraction


@dataclass(frozen=True, slots=True)
class MonthsSince:
    """Whole months since the day of a recorded fact, or of a crossing."""

    fact: Dated


Number = Fraction | Held | HeldFor | Increase | MonthsSince


@dataclass(frozen=True, slots=True)
class Compare:
    """``left op right``."""

    left: Number
    op: str
    right: Number


@dataclass(frozen=True, slots=True)
class Predicate:
    """A predicate and its words; ``words`` of ``jur(H) in {FR}`` are ``("H", "FR")``."""

    name: str
    words: tuple[str, ...]
    base: str = ""


@dataclass(frozen=True, slots=True)
class Dates:
    """Two recorded facts or crossings by their days: ``before`` or ``same_day``."""

    word: str
    first: Dated
    second: Dated


@dataclass(frozen=True, slots=True)
class Sure:
    """The item is known to hold: what is not known counts as false."""

    item: When


@dataclass(frozen=True, slots=True)
class Some:
    """There is a party Z, none of the parties already named, for which ``item`` holds."""

    item: When


@dataclass(frozen=True, slots=True)
class Clause:
    """A named part of the same row."""

    name: str


@dataclass(frozen=True, slots=True)
class Both:
    """All of the items (``every``) or at least one of them."""

    every: bool
    items: tuple[When, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The contrary."""

    item: When


Dated = Crossed | Predicate
When = Both | Clause | Compare | Dates | Not | Predicate | Some | Sure


def walk(tree: When | Number | Dated) -> Iterator[When | Number | Dated]:
    """Every node of a tree, parents first."""
    yield tree
    if isinstance(tree, Both):
        for item in tree.items:
            yield from walk(item)
    elif isinstance(tree, (Not, Some, Sure)):
        yield from walk(tree.item)
    elif isinstance(tree, Dates):
        yield from walk(tree.first)
        yield from walk(tree.second)
    elif isinstance(tree, MonthsSince):
        yield from walk(tree.fact)
    elif isinstance(tree, Compare):
        yield from walk(tree.left)
        yield from walk(tree.right)
    elif isinstance(tree, (Crossed, Increase)):
        yield tree.held
