"""Owners, blocked entities and close links from stakes known only between bounds: what is certain and what is possible.

The reading is that of :mod:`crosshold.model.stakes`: the shares of a company add up, one holder's higher count takes room from the
others. CERTAIN answers are so in every world, IMPOSSIBLE ones in none. POSSIBLE is what neither proves; for control, and cascades on
one basis, a world with it and a world without it exist.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, ClassVar, NamedTuple

from crosshold.errors import Finding
from crosshold.kernels.flow import Number
from crosshold.measures.owners.asked import Asked, ask
from crosshold.measures.owners.worlds import InWorlds, Range
from crosshold.model.result import Result
from crosshold.model.stakes import Stakes
from crosshold.model.verdict import CERTAIN, IMPOSSIBLE, POSSIBLE, between, both, either

NOTHING: Range = (Fraction(0), Fraction(0))


class OwnerBound(NamedTuple):
    """``holder`` (whom nobody may hold) at ``issuer``: bounds (fractions 0-1) in the reading of the test and in both readings.

    ``verdict`` is the best of ``tracks``, the ways to count that are CERTAIN or POSSIBLE; bounds are of the larger of capital and votes.
    """

    issuer: str
    holder: str
    verdict: str
    low: Number
    high: Number
    tracks: Mapping[str, str]
    product_low: Number
    product_high: Number
    chain_low: Number
    chain_high: Number


@dataclass(frozen=True, eq=False, kw_only=True)
class OwnersBounds(Result):
    """``rows``: whoever counts certainly or possibly, by issuer, certain ones first. ``others``: who certainly does not."""

    rows: tuple[OwnerBound, ...]
    others: tuple[OwnerBound, ...]
    stakes: Stakes = field(repr=False)
    asked: Asked = field(repr=False)

    row: ClassVar[Any] = OwnerBound
    shares: ClassVar[tuple[str, ...]] = ("low", "high", "product_low", "product_high", "chain_low", "chain_high")

    def explain(self, holder: str, issuer: str) -> dict[str, Any]:
        """The proof as plain data: ``least`` and ``most``, the worlds behind the two ends.

        Each has ``steps``, the companies that come under the holder's control with the counts of their registers, and ``multiplied``, the
        registers in the world that gives the least (largest) multiplied share on each basis.
        """
        i, j = self.stakes.indices([holder, issuer])
        worlds = InWorlds(self.stakes, self.asked.counts_votes)
        found = next((r for r in (*self.rows, *self.others) if (r.holder, r.issuer) == (holder, issuer)), None)
        ends = {}
        for name, best in (("least", False), ("most", True)):
            goals = sorted({*worlds.controlled(i, best), j})
            ends[name] = {"steps": worlds.steps(i, goals, best), "multiplied": worlds.worlds(i, j, best)}
        return {
            "verb": "owners",
            "holder": holder,
            "issuer": issuer,
            "value": found.verdict if found else IMPOSSIBLE,
            "tracks": dict(found.tracks) if found else {},
            "product": (found.product_low, found.product_high) if found else None,
            "chain": (found.chain_low, found.chain_high) if found else None,
            **ends,
            **{key: self.settings[key] for key in ("test", "reading", "basis", "threshold", "strict", "citation")},
        }


def owners_bounds(
    stakes: Stakes,
    issuer: str | None = None,
    *,
    test: str | None = None,
    reading: str | None = None,
    threshold: Fraction | str | None = None,
    strict: bool | None = None,
) -> OwnersBounds:
    """Whoever certainly, or possibly, owns enough of ``issuer`` (``None``: of every company) under a named test of owners.

    The tests, readings and tracks are those of ``owners``. A share is taken at its worst and at its best over all worlds: multiplied shares
    exactly, sums of the chain reading with what is certainly (possibly) controlled, so that their bounds can be wider than need be where
    the issuer itself is above its holders. Errors: E_UNKNOWN_ID, E_TEST, E_READING, E_THRESHOLD_TYPE, E_THRESHOLD_RANGE. Finding
    W_OWNERLESS_CYCLE: companies that own themselves completely in every world.
    """
    asked = ask("owners", test, reading, threshold, strict, ("chain", "product"), "AMLR-52")
    worlds = InWorlds(stakes, asked.counts_votes)
    held = worlds.held()
    wanted = sorted(held) if issuer is None else stakes.indices([issuer])
    rows = []
    for j in wanted:
        for i in (i for i in range(len(stakes)) if i not in held and i != j and worlds.product(i).get(j, (0, 0))[1]):
            rows.append(_row(worlds, asked, i, j))
    rows.sort(key=lambda r: (r.issuer, (CERTAIN, POSSIBLE, IMPOSSIBLE).index(r.verdict), -r.high, r.holder))
    return OwnersBounds(
        rows=tuple(r for r in rows if r.verdict != IMPOSSIBLE),
        others=tuple(r for r in rows if r.verdict == IMPOSSIBLE),
        stakes=stakes,
        asked=asked,
        settings=asked.told(stakes.capital_basis, stakes.votes_basis),
        findings=(*stakes.findings, *closed_findings(worlds)),
    )


def _row(worlds: InWorlds, asked: Asked, i: int, j: int) -> OwnerBound:
    chain = _sums(worlds, i, j, own=True)
    shares: dict[str, Range] = {"product": worlds.product(i)[j], "chain": chain}
    tracks = {asked.reading: between(*shares[asked.reading], asked.limit, asked.strict)}
    if "control" in asked.tracks:
        tracks["control"] = _control(worlds, i, j)
    if "mixed" in asked.tracks:
        tracks["mixed-a"] = between(*_sums(worlds, i, j, own=False), asked.limit, asked.strict)
        masters = [z for z in range(len(worlds.stakes)) if z not in (i, j) and j in worlds.controlled(z, True)]
        tracks["mixed-b"] = either(
            both((_control(worlds, z, j), between(*worlds.product(i).get(z, NOTHING), asked.limit, asked.strict)))
            for z in masters
        )
    ids = worlds.stakes.ids
    counting = {name: said for name, said in tracks.items() if said != IMPOSSIBLE}
    low, high = shares[asked.reading]
    return OwnerBound(ids[j], ids[i], either(tracks.values()), low, high, counting, *shares["product"], *chain)


def _sums(worlds: InWorlds, i: int, j: int, own: bool) -> Range:
    """What an entity's companies have of another one, with what it has itself when ``own``."""
    low, high = (worlds.part(j, {*worlds.controlled(i, best), *([i] if own else [])}, best) for best in (False, True))
    return low, high


def _control(worlds: InWorlds, i: int, j: int) -> str:
    if j in worlds.controlled(i, False):
        return CERTAIN
    return POSSIBLE if j in worlds.controlled(i, True) else IMPOSSIBLE


def closed_findings(worlds: InWorlds) -> list[Finding]:
    """``W_OWNERLESS_CYCLE`` for companies that own themselves completely whatever the counts."""
    closed = sorted(worlds.closed())
    if not closed:
        return []
    names = ", ".join(worlds.stakes.ids[j] for j in closed[:8])
    message = f"{names}: nobody outside owns any of them, whatever the counts; nobody can be their owner."
    return [Finding("W_OWNERLESS_CYCLE", message, "Add the missing outside holders.", names)]


class LinkBound(NamedTuple):
    """``holder`` and its companies have between ``low`` and ``high`` (fractions 0-1) of ``issuer``."""

    issuer: str
    holder: str
    verdict: str
    low: Number
    high: Number


class ThirdBound(NamedTuple):
    """``third`` binds ``a`` and ``b`` (a before b) because it has enough of both."""

    third: str
    a: str
    b: str
    verdict: str


@dataclass(frozen=True, eq=False, kw_only=True)
class LinksBounds(Result):
    """``rows``: who holds enough of whom, certainly or possibly; ``third``: pairs that a third party binds."""

    rows: tuple[LinkBound, ...]
    third: tuple[ThirdBound, ...]
    stakes: Stakes = field(repr=False)
    asked: Asked = field(repr=False)

    row: ClassVar[Any] = LinkBound
    shares: ClassVar[tuple[str, ...]] = ("low", "high")

    def verdict(self, a: str, b: str) -> str:
        """Whether two companies are linked, in either direction or through a third party."""
        self.stakes.indices([a, b])
        found = [row.verdict for row in self.rows if {row.holder, row.issuer} == {a, b}]
        return either([*found, *(row.verdict for row in self.third if {row.a, row.b} == {a, b})])

    def explain(self, holder: str, issuer: str) -> dict[str, Any]:
        """The proof as plain data: the rows of both directions, the third parties, and how companies come under the holder."""
        i, j = self.stakes.indices([holder, issuer])
        worlds = _link_worlds(self.stakes, self.asked)
        ends = {
            name: worlds.steps(i, sorted({*worlds.controlled(i, best), j}), best)
            for name, best in (("least", False), ("most", True))
        }
        return {
            "verb": "owners",
            "holder": holder,
            "issuer": issuer,
            "value": self.verdict(holder, issuer),
            "holds": [row._asdict() for row in self.rows if {row.holder, row.issuer} == {holder, issuer}],
            "third": [row._asdict() for row in self.third if {row.a, row.b} == {holder, issuer}],
            **ends,
            **{key: self.settings[key] for key in ("test", "reading", "basis", "threshold", "strict", "citation")},
        }


def _link_worlds(stakes: Stakes, asked: Asked) -> InWorlds:
    return InWorlds(stakes, asked.counts_votes, "votes" if asked.counts_votes else "capital")


def links_bounds(
    stakes: Stakes,
    issuer: str | None = None,
    *,
    test: str | None = None,
    threshold: Fraction | str | None = None,
    strict: bool | None = None,
) -> LinksBounds:
    """Who is closely linked to whom, certainly or possibly, in the chain reading (ECB-138, CRR-38).

    Errors: E_UNKNOWN_ID, E_TEST, E_READING (a test that multiplies), E_THRESHOLD_TYPE, E_THRESHOLD_RANGE.
    """
    asked = ask("links", test, None, threshold, strict, ("chain",), "ECB-138")
    only = None if issuer is None else stakes.indices([issuer])[0]
    worlds = _link_worlds(stakes, asked)
    rows: list[tuple[int, int, LinkBound]] = []
    third: list[ThirdBound] = []
    for i in range(len(stakes)):
        sure, maybe = worlds.controlled(i, False), worlds.controlled(i, True)
        touched = {j for view in worlds.views for h in (i, *maybe) for j in view.out[h]} - {i}
        for j in touched if only in (None, i) else touched & {only}:
            bounds = _sums(worlds, i, j, own=True)
            if (said := between(*bounds, asked.limit, asked.strict)) != IMPOSSIBLE:
                rows.append((j, i, LinkBound(stakes.ids[j], stakes.ids[i], said, *bounds)))
        bound = sorted(set(maybe) - {i})
        for k, a in enumerate(bound):
            for b in bound[k + 1 :]:
                if only in (None, a, b):
                    said = CERTAIN if a in sure and b in sure else POSSIBLE
                    third.append(ThirdBound(stakes.ids[i], stakes.ids[a], stakes.ids[b], said))
    return LinksBounds(
        rows=tuple(row for *_, row in sorted(rows, key=lambda cell: cell[:2])),
        third=tuple(third),
        stakes=stakes,
        asked=asked,
        settings=asked.told(stakes.capital_basis, stakes.votes_basis),
        findings=stakes.findings,
    )
