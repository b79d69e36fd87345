"""Blocked with blocked owners when stakes are known only between bounds."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, ClassVar, NamedTuple

from crosshold.errors import Finding, RequestError
from crosshold.kernels.worlds import grown, passing
from crosshold.measures.owners.asked import Asked, ask
from crosshold.measures.owners.worlds import HALF, InWorlds, View
from crosshold.model.result import Result
from crosshold.model.stakes import Stakes
from crosshold.model.verdict import CERTAIN, IMPOSSIBLE, POSSIBLE, either


class BlockedBound(NamedTuple):
    """``issuer`` is blocked with ``party`` (persons on the list, ids sorted): all of them where holdings add up, else one.

    ``low`` and ``high`` (fractions 0-1) are what those who are certainly (possibly) blocked have of it together, the larger of the bases.
    """

    issuer: str
    party: tuple[str, ...]
    verdict: str
    low: Fraction
    high: Fraction


@dataclass(frozen=True, eq=False, kw_only=True)
class BlockedBounds(Result):
    """``rows``: certain ones first, then by issuer and party; everybody else is IMPOSSIBLE."""

    listed: tuple[str, ...]
    rows: tuple[BlockedBound, ...]
    stakes: Stakes = field(repr=False)
    asked: Asked = field(repr=False)

    row: ClassVar[Any] = BlockedBound
    shares: ClassVar[tuple[str, ...]] = ("low", "high")

    def verdict(self, issuer: str) -> str:
        """CERTAIN, POSSIBLE or IMPOSSIBLE, with whichever party. Error: E_UNKNOWN_ID."""
        self.stakes.indices([issuer])
        return either(row.verdict for row in self.rows if row.issuer == issuer)

    def explain(self, holder: str, issuer: str) -> dict[str, Any]:
        """The proof as plain data: ``least`` and ``most``, the entities in the order in which they are caught in the worst and best worlds.

        A step has the ``round`` and the smallest (largest) ``share`` that the party and those caught before have; the party is the one
        with ``holder`` in it.
        """
        self.stakes.indices([holder, issuer])
        search = _Search(self.stakes, self.asked)
        parties = [self.listed] if self.asked.aggregate else [(name,) for name in self.listed]
        party = next((p for p in parties if holder in p), ())
        found = next((row for row in self.rows if (row.issuer, row.party) == (issuer, party)), None)
        return {
            "verb": "owners",
            "holder": holder,
            "issuer": issuer,
            "value": found.verdict if found else IMPOSSIBLE,
            "party": list(party),
            "least": search.steps(party, issuer, best=False),
            "most": search.steps(party, issuer, best=True),
            **{key: self.settings[key] for key in ("test", "basis", "threshold", "strict", "citation")},
        }


def blocked_bounds(
    stakes: Stakes,
    seeds: Iterable[str],
    *,
    test: str | None = None,
    threshold: Fraction | str | None = None,
    strict: bool | None = None,
) -> BlockedBounds:
    """Who is certainly, or possibly, blocked with persons on the list (ids) under a sanctions test; see ``blocked``.

    A test with one basis and no control (OFAC-50) is decided exactly: CERTAIN in every world, POSSIBLE in some. With several bases
    a verdict is never too strong: what passes now on the one, now on the other, is only POSSIBLE. Errors: E_UNKNOWN_ID (all at once),
    E_NO_SEEDS, E_TEST, E_THRESHOLD_TYPE, E_THRESHOLD_RANGE.
    """
    asked = ask("blocked", test, None, threshold, strict, ("cascade",), "OFAC-50")
    start = sorted(set(stakes.indices(seeds)))
    if not start:
        message = "nobody is said to be on the list, so nobody can be blocked."
        raise RequestError(Finding("E_NO_SEEDS", message, "Name the listed persons (--listed ID).", "listed"))
    search = _Search(stakes, asked)
    rows = []
    for party in [start] if asked.aggregate else [[seed] for seed in start]:
        names = tuple(stakes.ids[i] for i in party)
        sure, maybe = search.caught(party, best=False), search.caught(party, best=True)
        for j in sorted(set(maybe) - set(start)):
            low = search.worlds.part(j, {*party, *sure}, best=False)
            high = search.worlds.part(j, {*party, *maybe}, best=True)
            rows.append(BlockedBound(stakes.ids[j], names, CERTAIN if j in sure else POSSIBLE, low, high))
    rows.sort(key=lambda row: (row.verdict != CERTAIN, row.issuer, row.party))
    return BlockedBounds(
        listed=tuple(stakes.ids[i] for i in start),
        rows=tuple(rows),
        stakes=stakes,
        asked=asked,
        settings=asked.told(stakes.capital_basis, stakes.votes_basis) | {"aggregate": asked.aggregate},
        findings=stakes.findings,
    )


class _Search:
    """The ways in which a test catches: a view of the stakes with its line each."""

    def __init__(self, stakes: Stakes, asked: Asked) -> None:
        self.worlds = InWorlds(stakes, asked.counts_votes)
        self.tracks: list[tuple[View, Fraction, bool]] = [(view, asked.limit, asked.strict) for view in self.worlds.views]
        if "control" in asked.tracks:
            self.tracks.append((self.worlds.control, HALF, True))
        self.out = [sorted({j for view, *_ in self.tracks for j in view.out[i]}) for i in range(len(stakes))]

    def caught(self, party: Collection[int], best: bool) -> dict[int, int]:
        """Round of everything caught in the best or the worst worlds."""

        def test(j: int, inside: Collection[int]) -> bool:
            return any(passing(v.columns[j], inside, limit, strict, best) for v, limit, strict in self.tracks if j in v.columns)

        return grown(self.out, party, test)

    def steps(self, party: Sequence[str], issuer: str, best: bool) -> list[dict[str, Any]]:
        """The cascade up to an entity, or up to its end when that is not caught."""
        stakes = self.worlds.stakes
        seeds, (goal,) = stakes.indices(party), stakes.indices([issuer])
        rounds = self.caught(seeds, best)
        last = rounds.get(goal, len(stakes) + 1)
        told = []
        for j in sorted({*rounds, goal}, key=lambda j: (rounds.get(j, last), j)):
            if j == goal or rounds[j] < last:
                before = {*seeds, *(k for k, number in rounds.items() if number < rounds.get(j, last))}
                told.append({"company": stakes.ids[j], "round": rounds.get(j), "share": self.worlds.part(j, before, best)})
        return told
