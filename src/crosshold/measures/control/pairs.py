"""Every pair (controller, controlled): the least closure of each controller."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any, ClassVar, NamedTuple

import numpy as np

from crosshold.errors import Finding, Findings, RequestError
from crosshold.kernels.control import Passes, greatest_closure, passes
from crosshold.kernels.csr import Int, Node
from crosshold.kernels.forest import control_forest
from crosshold.kernels.reach import Reach, reach, singles
from crosshold.kernels.tree import at_or_above
from crosshold.measures.control.limits import HALF, forest_findings, is_forest, limits_of
from crosshold.model.result import Result, plain
from crosshold.model.threshold import threshold as exact_threshold
from crosshold.network import Graph, Network


class ControlRow(NamedTuple):
    """``votes`` (fraction 0-1) of ``controlled`` that the controller and what it controls hold, without the company itself.

    ``steps`` counts the rounds of the derivation: 1 when the controller's own votes suffice, 2 when it takes companies of round 1.
    """

    controller: str
    controlled: str
    votes: Fraction
    steps: int


@dataclass(frozen=True, eq=False, kw_only=True)
class Control(Result):
    """Every pair (controller, controlled), by controller, then round, then company. ``settings``: basis, threshold, strict, fixpoint.

    ``pairs`` are the pairs as arrays: ``source`` counts ``controllers`` (names), ``node`` counts the network's ids, ``held`` are
    whole votes. ``rows`` are the same in words.
    """

    network: Network = field(repr=False)
    controllers: Sequence[str] = field(repr=False)
    parties: Mapping[str, tuple[str, ...]] = field(repr=False)  # members of the controllers that are several entities
    pairs: Reach = field(repr=False)

    row: ClassVar[Any] = ControlRow
    shares: ClassVar[tuple[str, ...]] = ("votes",)

    @cached_property
    def rows(self) -> tuple[ControlRow, ...]:
        """The pairs with names and exact shares."""
        ids, total = self.network.ids, self.network.graph(self.settings["graph"]).total
        return tuple(
            ControlRow(self.controllers[c], ids[j], Fraction(votes, int(total[j])), steps)
            for c, j, votes, steps in zip(*(column.tolist() for column in self.pairs), strict=True)
        )

    def to_dict(self, *, exact: bool = False) -> dict[str, Any]:
        """As for every result; the pairs are ``rows``."""
        told = super().to_dict(exact=exact)
        findings = told.pop("findings")
        return {**told, "rows": plain(self.rows, exact=exact), "findings": findings}

    def explain(self, controller: str, controlled: str) -> dict[str, Any]:
        """The derivation as plain data: in ``steps``, companies in the order in which they come under control.

        Each step has the company, its round, whose votes count (``by``: holder, share) and their ``sum``, which passes the threshold
        at that moment. Only companies that the last step needs are listed. No control: one step, with the sum that falls short.
        """
        network, graph = self.network, self.network.graph(self.settings["graph"])
        members = network.indices(self.parties.get(controller, (controller,)))
        goal = network.index(controlled)
        limit = limits_of(graph, Fraction(self.settings["threshold"]), self.settings["strict"])
        found = _closures(graph, limit, [members])
        rounds: dict[int, int] = dict(zip(found.node.tolist(), found.round.tolist(), strict=True))
        when = dict.fromkeys(members, 0) | rounds
        last = rounds.get(goal, len(network) + 1)
        needed, agenda = {goal}, [goal]
        while agenda:
            company = agenda.pop()
            for holder, _ in graph.holders(company):
                if 0 < when.get(holder, last) < rounds.get(company, last) and holder not in needed and holder != goal:
                    needed.add(holder)
                    agenda.append(holder)
        steps = []
        for company in sorted(needed, key=lambda c: (rounds.get(c, last), c)):
            counted = [h for h, _ in graph.holders(company) if when.get(h, last) < rounds.get(company, last)]
            by = {network.ids[h]: graph.fraction(h, company) or Fraction(0) for h in counted}
            total = sum(by.values(), start=Fraction(0))
            steps.append({"company": network.ids[company], "round": rounds.get(company), "by": by, "sum": total})
        return {
            "verb": "control",
            "holder": controller,
            "issuer": controlled,
            "value": goal in rounds,
            "threshold": self.settings["threshold"],
            "strict": self.settings["strict"],
            "basis": graph.basis,
            "steps": steps,
        }


def control(
    network: Network,
    *,
    threshold: Fraction | str = HALF,
    strict: bool = True,
    basis: str = "votes",
    sources: Iterable[str] | None = None,
    companies: Iterable[str] | None = None,
    together: Sequence[str] | None = None,
    parties: Mapping[str, Sequence[str]] | None = None,
    fixpoint: str = "least",
    threads: int | None = None,
    progress: Callable[[float], None] | None = None,
) -> Control:
    """Who controls whom, on ``basis`` ``votes`` or ``capital``; control means more than ``threshold`` (at least, unless ``strict``).

    ``sources`` (ids) limits the controllers asked about, ``companies`` the controlled. ``together`` is one party whose votes are
    added from the start, and the only controller then; ``parties`` (name -> ids) stand beside the single holders.
    ``fixpoint="greatest"`` starts from "all controlled" and drops: a ring that nobody holds then holds itself (W_PHANTOM_RING);
    for comparison only. Work is shared by ``threads`` (all processors when ``None``); ``progress`` hears its
    finished share.

    Errors: E_THRESHOLD_TYPE (a float), E_THRESHOLD_RANGE (outside (0, 1]), E_UNKNOWN_ID, E_OVERLAPPING_PARTIES, E_FIXPOINT.
    Finding W_NO_FOREST: below one half, or over-held, two parties can control a company without controlling each other.
    """
    graph = network.graph(basis)
    share = exact_threshold(threshold)
    if fixpoint not in ("least", "greatest"):
        raise RequestError(Finding("E_FIXPOINT", f"{fixpoint!r} is no fixpoint.", "Say least or greatest."))
    limit = limits_of(graph, share, strict)
    asked = None if companies is None else sorted(set(network.indices(companies)))
    findings = Findings([*network.findings, *forest_findings(graph, share, strict)])
    named = _parties(network, together, parties)
    if together is not None:
        alone: list[int] | Node = []
    elif sources is not None:
        alone = network.indices(dict.fromkeys(sources))
    elif fixpoint == "greatest":
        alone = np.flatnonzero(np.diff(graph.out.pointer)).astype(np.int32)
    elif asked is not None and is_forest(graph, limit):
        alone = at_or_above(control_forest(graph.in_ptr, graph.in_holder, graph.in_weight, limit)[0], asked)
    else:
        alone = singles(graph.into, limit)
    seeds = [*([int(i)] for i in alone), *named.values()] if named or fixpoint == "greatest" else None
    controllers: Sequence[str]
    if seeds is None:  # every seed is one entity, and its number is that of its name
        found = reach(
            graph.out, limit, np.arange(len(alone) + 1), np.asarray(alone, np.int32), threads=threads, progress=progress
        )
        found = found._replace(source=np.asarray(alone, np.int32)[found.source])
        controllers = network.ids
    else:
        controllers = [*(network.ids[i] for i in alone), *named]
        found = _closures(graph, limit, seeds, threads, progress)
        if fixpoint == "greatest":
            found = _greatest(network, graph, seeds, passes(share, strict, graph.total.tolist()), found, findings)
    if asked is not None:
        keep = np.isin(found.node, asked)
        found = Reach(found.source[keep], found.node[keep], found.held[keep], found.round[keep])
    return Control(
        network=network,
        controllers=controllers,
        parties={name: tuple(network.ids[i] for i in members) for name, members in named.items()},
        pairs=found,
        settings={"graph": basis, "basis": graph.basis, "threshold": str(share), "strict": strict, "fixpoint": fixpoint},
        findings=tuple(findings),
    )


def _closures(
    graph: Graph,
    limit: Int,
    seeds: Sequence[Sequence[int]],
    threads: int | None = None,
    progress: Callable[[float], None] | None = None,
) -> Reach:
    """The least closure of seeds of one or several nodes."""
    start = np.cumsum([0, *map(len, seeds)])
    member = np.array([i for members in seeds for i in members], dtype=np.int32)
    return reach(graph.out, limit, start, member, threads=threads, progress=progress)


def _parties(
    network: Network, together: Sequence[str] | None, parties: Mapping[str, Sequence[str]] | None
) -> dict[str, list[int]]:  # fmt: skip
    """Controllers that are several entities, by name."""
    if together is not None:
        return {"+".join(sorted(set(together))): sorted(set(network.indices(together)))}
    seeds: dict[str, list[int]] = {}
    seen: dict[str, str] = {}
    faults = Findings()
    for party, names in (parties or {}).items():
        seeds[party] = sorted(set(network.indices(names)))
        for name in sorted(set(names)):
            if seen.setdefault(name, party) != party:
                message = f"{name} is in the parties {seen[name]} and {party}: its votes would count twice."
                faults.add("E_OVERLAPPING_PARTIES", message, "Ask about the parties one at a time.", name)
    faults.raise_errors()
    return seeds


def _greatest(
    network: Network, graph: Graph, seeds: Sequence[Sequence[int]], test: Passes, least: Reach, findings: Findings
) -> Reach:  # fmt: skip
    """Greatest fixpoint, with the least one beside it to tell which rings hold only themselves."""
    pairs: list[tuple[int, int, int, int]] = []
    for number, members in enumerate(seeds):
        mine = least.source == number
        rounds = dict(zip(least.node[mine].tolist(), least.round[mine].tolist(), strict=True))
        inside = greatest_closure(graph.into, members, test)
        phantom = sorted(inside - set(rounds))
        if phantom:
            names = network.words(phantom)
            message = f"{names}: nothing outside holds them up; they count only because they count each other."
            findings.add("W_PHANTOM_RING", message, "Use the least fixpoint.", network.words(members))
        counted = inside | set(members)
        for company in sorted(inside, key=lambda c: (rounds.get(c, 0), c)):
            held = sum(w for u, w in graph.holders(company) if u in counted)
            pairs.append((number, company, held, rounds.get(company, 0)))
    columns = np.array(pairs, dtype=np.int64).reshape(-1, 4).T
    return Reach(columns[0].astype(np.int32), columns[1].astype(np.int32), columns[2].copy(), columns[3].astype(np.int32))
