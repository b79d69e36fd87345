"""The shares behind one Schedule: a block that a chain of funds and people report is one block (``W_SAME_BLOCK``, spec/evidence 7.9)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Powers(NamedTuple):
    """What a reporting person may dispose of, alone and with others."""

    party: str
    sole: int
    shared: int


class Block(NamedTuple):
    """Shares counted once: of one party, or of several together. ``reported`` is their sum over the persons who report them."""

    members: tuple[str, ...]
    low: int
    high: int
    reported: int
    power: str


def blocks(persons: Sequence[Powers]) -> list[Block]:
    """Lots of a filing: one a person for shares it disposes of alone, one for the shares that several report as shared.

    Shares that two persons report as their own alone, the same number each, are one block as well: both cannot be right.
    """
    found = []
    by_count: dict[int, list[str]] = {}
    for person in persons:
        if person.sole:
            by_count.setdefault(person.sole, []).append(person.party)
    found = [Block(tuple(dict.fromkeys(m)), n, n, n * len(m), "sole") for n, m in by_count.items()]
    sharing = [person for person in persons if person.shared]
    amounts = [person.shared for person in sharing]
    if not amounts:
        return found
    alone = sum(block.low for block in found)
    members = tuple(dict.fromkeys(person.party for person in sharing))
    if len(set(amounts)) == 1 and amounts[0] == alone and not set(members) & {m for b in found for m in b.members}:
        owners = tuple(
            dict.fromkeys(m for b in found for m in b.members)
        )  # a parent "shares" what its subsidiaries report as theirs
        return [Block((*owners, *members), alone, alone, sum(b.reported for b in found) + sum(amounts), "both")]
    high = amounts[0] if len(set(amounts)) == 1 else sum(amounts)
    return [*found, Block(members, max(amounts), high, sum(amounts), "shared")]
