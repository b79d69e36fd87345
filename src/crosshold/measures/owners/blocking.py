"""Blocked with blocked owners: the cascades of the sanctions tests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, ClassVar, NamedTuple

from crosshold.errors import Finding, RequestError
from crosshold.kernels.cascades import closure_by_any
from crosshold.kernels.control import Passes, passes
from crosshold.measures.owners.asked import Asked, ask
from crosshold.model.result import Result
from crosshold.model.verdict import CERTAIN
from crosshold.network import Graph, Network

MAJORITY = Fraction(1, 2)
NEAR = Fraction(4, 5)  # of the line: from 40 percent on for a line of one half


Step = dict[str, Any]  # an entity when it was caught: company, round, by, sum, track, basis


class BlockedRow(NamedTuple):
    """``issuer`` is blocked, and ``holder``, a person on the list, stands behind it.

    ``share`` (fraction 0-1 of ``basis``) is what all blocked holders have of it together, ``by`` each one's part, ``round`` when it was
    caught: 1 by persons on the list alone. Where several stand behind one issuer each has a row: with the same share when their
    holdings add up, each with its own otherwise. ``track``: ``ownership``, or ``control`` by votes.
    """

    issuer: str
    holder: str
    share: Fraction
    verdict: str
    round: int
    by: Mapping[str, Fraction]
    track: str
    basis: str


class NearMiss(NamedTuple):
    """Not blocked, but at least four fifths of the way: what blocked holders have of ``issuer`` together, and each one's part.

    Where persons on the list count one by one it is the nearest of them; several when they are equally near.
    """

    issuer: str
    share: Fraction
    by: Mapping[str, Fraction]


@dataclass(frozen=True, eq=False, kw_only=True)
class Blocked(Result):
    """``rows`` by round, issuer and person on the list; ``entities`` are the blocked ones that are not on the list themselves."""

    listed: tuple[str, ...]
    rows: tuple[BlockedRow, ...]
    near: tuple[NearMiss, ...]
    proofs: Mapping[str, Mapping[str, Step]] = field(
        repr=False
    )  # by party ("": all persons on the list together), then by issuer

    row: ClassVar[Any] = BlockedRow
    shares: ClassVar[tuple[str, ...]] = ("share",)

    @property
    def entities(self) -> tuple[str, ...]:
        """Ids of the blocked entities that are not on the list, in the order in which they were caught."""
        return tuple(dict.fromkeys(row.issuer for row in self.rows))

    def explain(self, holder: str, issuer: str) -> dict[str, Any]:
        """The proof as plain data: whose holdings add up to the share now, and ``steps``, the cascade up to the issuer.

        Each step has an entity, its ``round``, the holdings of whoever had been caught before (``by``) and their ``sum``, on which
        ``basis`` and by which ``track`` that sufficed. Only entities that the last step needs are listed; near misses are explained too.
        """
        found = [row for row in self.rows if row.issuer == issuer]
        told = next((row for row in found if row.holder == holder), found[0] if found else None)
        misses = [row for row in self.near if row.issuer == issuer]
        miss = next((row for row in misses if holder in row.by), misses[0] if misses else None)
        counted = told or miss
        return {
            "verb": "owners",
            "holder": holder,
            "issuer": issuer,
            "value": told is not None and told.holder == holder,
            "share": counted.share if counted else Fraction(0),
            "by": dict(counted.by) if counted else {},
            "round": told.round if told else None,
            "steps": self._steps(told) if told else [],
            **{key: self.settings[key] for key in ("test", "basis", "threshold", "strict", "citation")},
        }

    def _steps(self, row: BlockedRow) -> list[Step]:
        steps = self.proofs["" if self.settings["aggregate"] else row.holder]
        needed, agenda = {row.issuer}, [row.issuer]
        while agenda:
            for name in steps[agenda.pop()]["by"]:
                if name in steps and name not in needed:
                    needed.add(name)
                    agenda.append(name)
        return sorted((steps[name] for name in needed), key=lambda step: (step["round"], step["company"]))


def blocked(
    network: Network,
    seeds: Iterable[str],
    *,
    issuer: str | None = None,
    test: str | None = None,
    threshold: Fraction | str | None = None,
    strict: bool | None = None,
) -> Blocked:
    """Everybody of whom persons on the list, and entities caught before, together own enough (or control, where the test says so).

    The least set: start from ``seeds`` (ids), add, never remove, so a loop does not lift itself. A caught entity counts in full, without
    multiplication: half of a half is blocked under OFAC-50. Whether holdings of unrelated persons on the list add up is the
    test's: they do for OFAC-50 and EU-50, not for UK-50, where each person is asked about alone. Control (more than half of the
    votes, alone or with what is caught) counts for EU-50; UK-50 counts shares or votes. ``issuer`` limits the answer to one company.
    ``test`` (default OFAC-50), ``threshold`` and ``strict`` change the line.

    Errors: E_UNKNOWN_ID (all at once), E_NO_SEEDS, E_TEST, E_THRESHOLD_TYPE, E_THRESHOLD_RANGE. Findings: N_LISTED when ``issuer``
    is on the list itself, N_BASIS, and those of the network. Sources: OFAC, FAQs 398, 399 and 401; the citation of each test.
    """
    asked = ask("blocked", test, None, threshold, strict, ("cascade",), "OFAC-50")
    names = list(seeds)
    places = network.indices([*names, *([issuer] if issuer is not None else [])])
    start, only = sorted(set(places[: len(names)])), places[-1] if issuer is not None else None
    if not start:
        message = "nobody is said to be on the list, so nobody can be blocked."
        raise RequestError(Finding("E_NO_SEEDS", message, "Name the listed persons (--listed ID).", "listed"))
    search = _Search(network, asked)
    parties = [start] if asked.aggregate else [[seed] for seed in start]
    rows: list[Cell] = []
    missed: dict[int, list[NearMiss]] = {}
    caught_by_any: set[int] = set(start)
    proofs: dict[str, dict[str, Step]] = {}
    for party in parties:
        found, near, steps = search.caught(party, start)
        rows += found
        proofs["" if asked.aggregate else network.ids[party[0]]] = steps
        caught_by_any |= {j for _, j, _ in found}
        for j, miss in near.items():
            closest = missed.setdefault(j, [])
            if closest and miss.share > closest[0].share:
                closest.clear()
            if not closest or miss.share == closest[0].share:
                closest.append(miss)
    findings = [*network.findings, *asked.basis_findings(network)]
    if only in start:
        findings.append(Finding("N_LISTED", f"{issuer} is itself on the list.", "", str(issuer)))
    return Blocked(
        listed=tuple(network.ids[s] for s in start),
        rows=tuple(row for _, j, row in sorted(rows, key=lambda cell: (*cell[:2], cell[2].holder)) if only in (None, j)),
        near=tuple(miss for j in sorted(missed) if j not in caught_by_any and only in (None, j) for miss in missed[j]),
        proofs=proofs,
        settings=asked.settings(network) | {"aggregate": asked.aggregate},
        findings=tuple(findings),
    )


Track = tuple[str, Graph, Passes]
Cell = tuple[int, int, BlockedRow]  # round and index of the issuer


class _Search:
    """The ways in which a test catches, each a graph with its line."""

    def __init__(self, network: Network, asked: Asked) -> None:
        self.network, self.limit = network, asked.limit
        graphs = [network.capital]
        if asked.counts_votes and network.votes is not network.capital:
            graphs.append(network.votes)
        self.tracks: list[Track] = [("ownership", g, passes(asked.limit, asked.strict, g.total.tolist())) for g in graphs]
        if "control" in asked.tracks:
            self.tracks.append(("control", network.votes, passes(MAJORITY, True, network.votes.total.tolist())))
        self.outs = [graph.out for _, graph, _ in self.tracks]

    def caught(self, party: Sequence[int], listed: Sequence[int]) -> tuple[list[Cell], dict[int, NearMiss], dict[str, Step]]:
        """What is caught from one party of listed persons, what is nearly caught, and each entity when it was caught."""
        rounds, held = closure_by_any(self.outs, [test for _, _, test in self.tracks], party)
        inside = {*party, *rounds}
        behind = self._behind(party, inside)
        rows: list[Cell] = []
        steps: dict[str, Step] = {}
        for j, number in rounds.items():
            way, graph, share = self._way(j, inside)
            before = {*party, *(k for k, caught in rounds.items() if caught < number)}
            steps[self.network.ids[j]] = self._step(j, number, before)
            for seed in behind[j] if j not in listed else ():
                by = self._parts(graph, j, inside)
                row = BlockedRow(self.network.ids[j], self.network.ids[seed], share, CERTAIN, number, by, way, graph.basis)
                rows.append((number, j, row))
        near: dict[int, NearMiss] = {}
        for (way, graph, _), sums in zip(self.tracks, held, strict=True):
            for j, weight in sums.items() if way == "ownership" else ():
                share = Fraction(weight, int(graph.total[j]))
                if j not in inside and share >= NEAR * self.limit and (j not in near or share > near[j].share):
                    near[j] = NearMiss(self.network.ids[j], share, self._parts(graph, j, inside))
        return rows, near, steps

    def _step(self, j: int, number: int, before: set[int]) -> Step:
        way, graph, share = self._way(j, before)
        by = self._parts(graph, j, before)
        return {"company": self.network.ids[j], "round": number, "by": by, "sum": share, "track": way, "basis": graph.basis}

    def _way(self, j: int, group: set[int]) -> tuple[str, Graph, Fraction]:
        """By which track a group catches an entity: ownership before control, then the larger share."""
        ways = []
        for number, (way, graph, test) in enumerate(self.tracks):
            held = sum(weight for i, weight in graph.holders(j) if i in group)
            if held and test(j, held):
                ways.append((way != "ownership", -Fraction(held, int(graph.total[j])), number))
        _, share, number = min(ways)
        return self.tracks[number][0], self.tracks[number][1], -share

    def _parts(self, graph: Graph, j: int, inside: set[int]) -> dict[str, Fraction]:
        return {self.network.ids[i]: graph.fraction(i, j) or Fraction(0) for i, _ in graph.holders(j) if i in inside}

    def _behind(self, seeds: Sequence[int], caught: set[int]) -> dict[int, list[int]]:
        """For each caught entity the seeds from which a chain of caught entities leads to it."""
        behind: dict[int, list[int]] = {j: [] for j in caught}
        for seed in seeds:
            seen, agenda = {seed}, [seed]
            while agenda:
                node = agenda.pop()
                for j in {v for out in self.outs for v, _ in out[node]}:
                    if j in caught and j not in seen:
                        seen.add(j)
                        agenda.append(j)
                        behind[j].append(seed)
        return behind
