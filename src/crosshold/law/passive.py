"""Whether somebody acted or only found himself across a line, and what moved him there (spec 15)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from crosshold.law.world import World
from crosshold.model.snapshot import Snapshot

OWN = "its own holding changed"


def moved(
    before: World, after: World, group: Iterable[str], issuer: str, taken: tuple[int, int] = (0, 0), joined: bool = False
) -> tuple[bool, str]:
    """``(passive, cause)`` of a change for a group in a company. Passive: the group's own lots are what they were.

    ``taken`` are the votes in the company that the law took before and after, for what is measured on exercisable votes; ``joined``
    says that other parties count together after the change.
    """
    then, now, members = before.snapshot, after.snapshot, frozenset(group)
    if any(_own_lots(then, member, issuer) != _own_lots(now, member, issuer) for member in members):
        return False, OWN
    if issuer not in then.issuers or issuer not in now.issuers:
        return True, "the company is new or gone"
    issued = now.issuers[issuer].issued - then.issuers[issuer].issued
    if issued:
        return True, "shares were cancelled" if issued < 0 else "shares were issued"
    own = now.treasury(issuer) - then.treasury(issuer)
    if own:
        return True, "the company bought own shares" if own > 0 else "the company gave own shares away"
    if taken[0] != taken[1]:
        return True, "votes were suspended" if taken[1] > taken[0] else "votes were released"
    return True, _votes(before, after, members, issuer) or (
        "other parties count together now" if joined else _holdings_or_day(before, after, issuer)
    )


def _votes(before: World, after: World, members: frozenset[str], issuer: str) -> str:
    """Loyalty votes that came or went: the group's own, or another party's."""
    mine = [sum(_gross(world, member, issuer) for member in members) for world in (before, after)]
    if mine[0] != mine[1]:
        return f"its own loyalty votes were {'gained' if mine[1] > mine[0] else 'lost'}"
    whole = before.gross_total(issuer), after.gross_total(issuer)
    if whole[0] != whole[1]:
        return f"another party's loyalty votes were {'gained' if whole[1] > whole[0] else 'lost'}"
    return ""


def _holdings_or_day(before: World, after: World, issuer: str) -> str:
    then, now = before.snapshot, after.snapshot
    if _holdings(then, issuer) != _holdings(now, issuer):
        return "another party's holding changed"
    if _holdings(then, None) != _holdings(now, None):
        return "a holding in another company changed"
    if then.at != now.at and (then.facts, then.contracts, then.overlays) == (now.facts, now.contracts, now.overlays):
        return "the date of a rule or of a fact was reached"
    return "a fact or contract changed"


def _own_lots(snapshot: Snapshot, holder: str, issuer: str) -> Counter[tuple[str | None, str | None, str | None]]:
    """Shares of a holder by class, day and registration; how they are split into lots says nothing."""
    found: Counter[tuple[str | None, str | None, str | None]] = Counter()
    for lot in snapshot.lots_of(issuer, holder):
        found[lot.share_class, lot.since, lot.registered_since] += lot.shares
    return found


def _gross(world: World, owner: str, issuer: str) -> int:
    return sum(world.gross[i] for i in world.owners.get(issuer, {}).get(owner, ()))


def _holdings(snapshot: Snapshot, issuer: str | None) -> set[tuple[str, str, int]]:
    pairs = {(lot.issuer, lot.holder) for lot in snapshot.lots if issuer in (None, lot.issuer)}
    return {(i, h, snapshot.held(h, i)) for i, h in pairs}
