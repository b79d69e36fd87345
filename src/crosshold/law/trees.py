"""Conditions of rules as trees: nothing is evaluated here. :mod:`crosshold.law.grammar` reads them from text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Group:
    """Who counts together: a party, with the companies it controls under ``subs``, or with its concert.

    ``below`` counts those companies without the party, ``alone`` each of them by itself. ``product`` multiplies stakes along chains
    and adds the chains. ``blocked`` are all parties under sanctions and, in turn, those for which the rule itself holds.
    """

    head: str
    subs: str | None = None
    concert: bool = False
    below: bool = False
    alone: bool = False
    product: bool = False
    blocked: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """Share of ``target`` that ``group`` holds; ``base`` has two words for "the larger of two"."""

    group: Group
    target: str
    base: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Increase:
    """Rise of a share within ``months``; needs the earlier state."""

    held: Held
    months: int


@dataclass(frozen=True, slots=True)
class HeldFor:
    """Whole months a lot has been registered in one name."""


@dataclass(frozen=True, slots=True)
class MonthsSince:
    """Whole months since the day of a recorded fact."""

    fact: Predicate


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
    """Two recorded facts by their days: ``before`` or ``same_day``."""

    word: str
    first: Predicate
    second: Predicate


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


When = Both | Clause | Compare | Dates | Not | Predicate | Some


def walk(tree: When | Number) -> Iterator[When | Number]:
    """Every node of a tree, parents first."""
    yield tree
    if isinstance(tree, Both):
        for item in tree.items:
            yield from walk(item)
    elif isinstance(tree, (Not, Some)):
        yield from walk(tree.item)
    elif isinstance(tree, Dates):
        yield from (tree.first, tree.second)
    elif isinstance(tree, MonthsSince):
        yield tree.fact
    elif isinstance(tree, Compare):
        yield from walk(tree.left)
        yield from walk(tree.right)
    elif isinstance(tree, Increase):
        yield tree.held
