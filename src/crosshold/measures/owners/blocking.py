"""Blocked with blocked owners: the cascade of the 50 percent rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar, NamedTuple

from crosshold.errors import Finding, RequestError
from crosshold.kernels.control import least_closure, passes
from crosshold.measures.owners.asked import ask
from crosshold.model.result import Result
from crosshold.network import Graph, Network

NEAR = Fraction(4, 5)  # of the line: from 40 percent on for a line of one half


class BlockedRow(NamedTuple):
    """``issuer`` is blocked, and ``holder``, a person on the list, stands behind it.

    ``share`` (fraction 0-1) is what all blocked holders have of it together, ``by`` each one's part, ``round`` when it was caught:
    1 by persons on the list alone. Where several stand behind one issuer each has a row, with the same share.
    """

    issuer: str
    holder: str
    share: Fraction
    verdict: str
    round: int
    by: Mapping[str, Fraction]


class NearMiss(NamedTuple):
    """Not blocked, but at least four fifths of the way: what blocked holders have of ``issuer`` together, and each one's part."""

    issuer: str
    share: Fraction
    by: Mapping[str, Fraction]


@dataclass(frozen=True, eq=False, kw_only=True)
class Blocked(Result):
    """``rows`` by round, issuer and person on the list; ``entities`` are the blocked ones that are not on the list themselves."""

    listed: tuple[str, ...]
    rows: tuple[BlockedRow, ...]
    near: tuple[NearMiss, ...]

    row: ClassVar[Any] = BlockedRow
    shares: ClassVar[tuple[str, ...]] = ("share",)

    @property
    def entities(self) -> tuple[str, ...]:
        """Ids of the blocked entities that are not on the list, in the order in which they were caught."""
        return tuple(dict.fromkeys(row.issuer for row in self.rows))

    def explain(self, holder: str, issuer: str) -> dict[str, Any]:
        """Whose holdings add up to the share, as plain data; a near miss is explained too."""
        found = next((row for row in self.rows if row.issuer == issuer), None)
        told = found or next((row for row in self.near if row.issuer == issuer), None)
        return {
            "verb": "owners",
            "holder": holder,
            "issuer": issuer,
            "value": any((row.issuer, row.holder) == (issuer, holder) for row in self.rows),
            "share": told.share if told else Fraction(0),
            "by": dict(told.by) if told else {},
            "round": found.round if found else None,
            **{key: self.settings[key] for key in ("test", "basis", "threshold", "strict", "citation")},
        }


def blocked(
    network: Network,
    seeds: Iterable[str],
    *,
    issuer: str | None = None,
    test: str | None = None,
    threshold: Fraction | str | None = None,
    strict: bool | None = None,
) -> Blocked:
    """Everybody of whom persons on the list, and entities caught before, together own at least half of the capital.

    The least set: start from ``seeds`` (ids), add, never remove, so a loop does not lift itself. A caught entity counts in full, without
    multiplication: half of a half is blocked. Holdings of unrelated persons on the list add up. Control without ownership does
    not count. ``issuer`` limits the answer to one company. ``test`` (default OFAC-50), ``threshold`` and ``strict`` change the line.

    Errors: E_UNKNOWN_ID, E_NO_SEEDS, E_TEST, E_THRESHOLD_TYPE, E_THRESHOLD_RANGE. Findings: N_LISTED when ``issuer`` is on the
    list itself, N_BASIS, and those of the network. Source: OFAC, FAQs 398, 399 and 401.
    """
    asked = ask("blocked", test, None, threshold, strict, ("cascade",), "OFAC-50")
    start = sorted({network.index(name) for name in seeds})
    if not start:
        message = "nobody is said to be on the list, so nobody can be blocked."
        raise RequestError(Finding("E_NO_SEEDS", message, "Name the listed persons (--listed ID).", "listed"))
    only = None if issuer is None else network.index(issuer)
    graph = network.capital
    out = [graph.holdings(i) for i in range(len(network))]
    rounds, held = least_closure(out, start, passes(asked.limit, asked.strict, graph.total.tolist()))
    caught = {*start, *rounds}
    behind = _behind(graph, start, caught)

    def parts(j: int) -> tuple[Fraction, dict[str, Fraction]]:
        by = {network.ids[i]: graph.fraction(i, j) or Fraction(0) for i, _ in graph.holders(j) if i in caught}
        return Fraction(held[j], int(graph.total[j])), by

    rows = []
    for j in sorted(rounds, key=lambda j: (rounds[j], j)):
        if only in (None, j):
            share, by = parts(j)
            rows += [BlockedRow(network.ids[j], network.ids[s], share, "CERTAIN", rounds[j], by) for s in behind[j]]
    missed = [j for j in sorted(held) if j not in caught and only in (None, j)]
    near = tuple(NearMiss(network.ids[j], *parts(j)) for j in missed if held[j] >= NEAR * asked.limit * int(graph.total[j]))
    findings = [*network.findings, *asked.basis_findings(network)]
    if only in start:
        findings.append(Finding("N_LISTED", f"{issuer} is itself on the list.", "", str(issuer)))
    return Blocked(
        listed=tuple(network.ids[s] for s in start),
        rows=tuple(rows),
        near=near,
        settings=asked.settings(network),
        findings=tuple(findings),
    )


def _behind(graph: Graph, seeds: list[int], caught: set[int]) -> dict[int, list[int]]:
    """For each caught entity the seeds from which a chain of caught entities leads to it."""
    behind: dict[int, list[int]] = {j: [] for j in caught}
    for seed in seeds:
        seen, agenda = {seed}, [seed]
        while agenda:
            for j, _ in graph.holdings(agenda.pop()):
                if j in caught and j not in seen:
                    seen.add(j)
                    agenda.append(j)
                    behind[j].append(seed)
    return behind
