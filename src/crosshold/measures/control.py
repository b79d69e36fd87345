"""Control: who decides a company, alone or through companies already decided.

X controls Y when X, with everything X controls, holds more than the threshold of Y's votes. The set is the least one closed under
that rule: start from X, add, never remove (company control in the Vadalog documentation; USACO problem "concom").
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, ClassVar, NamedTuple

from crosshold.errors import Finding, Findings, RequestError
from crosshold.kernels.control import Passes, greatest_closure, least_closure, passes
from crosshold.model.result import Result
from crosshold.model.threshold import threshold as exact_threshold
from crosshold.network import Graph, Network

HALF = Fraction(1, 2)


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
    """Every pair (controller, controlled), by controller, then round, then company. ``settings``: basis, threshold, strict, fixpoint."""

    rows: tuple[ControlRow, ...]
    network: Network = field(repr=False)
    seeds: Mapping[str, tuple[str, ...]] = field(repr=False)  # members of each controller; itself when it is one entity

    row: ClassVar[Any] = ControlRow
    shares: ClassVar[tuple[str, ...]] = ("votes",)

    def explain(self, controller: str, controlled: str) -> dict[str, Any]:
        """The derivation as plain data: in ``steps``, companies in the order in which they come under control.

        Each step has the company, its round, whose votes count (``by``: holder, share) and their ``sum``, which passes the threshold
        at that moment. Only companies that the last step needs are listed. No control: one step, with the sum that falls short.
        """
        network, graph = self.network, self.network.graph(self.settings["graph"])
        members = [network.index(name) for name in self.seeds.get(controller, (controller,))]
        goal = network.index(controlled)
        test = passes(Fraction(self.settings["threshold"]), self.settings["strict"], graph.total.tolist())
        rounds, _ = least_closure(_out(graph), members, test)
        when = dict.fromkeys(members, 0) | rounds
        limit = rounds.get(goal, len(network) + 1)
        needed, agenda = {goal}, [goal]
        while agenda:
            company = agenda.pop()
            for holder, _ in graph.holders(company):
                if 0 < when.get(holder, limit) < rounds.get(company, limit) and holder not in needed and holder != goal:
                    needed.add(holder)
                    agenda.append(holder)
        steps = []
        for company in sorted(needed, key=lambda c: (rounds.get(c, limit), c)):
            counted = [h for h, _ in graph.holders(company) if when.get(h, limit) < rounds.get(company, limit)]
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


class UltimateRow(NamedTuple):
    """Printed form: a company, its ultimate controllers, its nearest ones."""

    company: str
    ultimate: tuple[str, ...]
    parent: tuple[str, ...]


@dataclass(frozen=True, eq=False, kw_only=True)
class Ultimate(Result):
    """``ultimate``: company -> controllers nobody outside their own ring controls; ``parent``: company -> nearest controllers;
    ``rings``: entities that control each other. Ids sorted; a company that nobody controls is absent.
    """

    ultimate: Mapping[str, tuple[str, ...]]
    parent: Mapping[str, tuple[str, ...]]
    rings: tuple[tuple[str, ...], ...]

    row: ClassVar[Any] = UltimateRow

    def _rows(self) -> list[UltimateRow]:
        return [UltimateRow(name, tops, self.parent.get(name, ())) for name, tops in self.ultimate.items()]


def control(
    network: Network,
    *,
    threshold: Fraction | str = HALF,
    strict: bool = True,
    basis: str = "votes",
    sources: Iterable[str] | None = None,
    together: Sequence[str] | None = None,
    parties: Mapping[str, Sequence[str]] | None = None,
    fixpoint: str = "least",
) -> Control:
    """Who controls whom, on ``basis`` ``votes`` or ``capital``; control means more than ``threshold`` (at least, unless ``strict``).

    ``sources`` (ids) limits the controllers asked about. ``together`` is one party whose votes are added from the start, and the
    only controller then; ``parties`` (name -> ids) stand beside the single holders. ``fixpoint="greatest"`` starts from "all
    controlled" and drops: a ring that nobody holds then holds itself (W_PHANTOM_RING); for comparison only.

    Errors: E_THRESHOLD_TYPE (a float), E_THRESHOLD_RANGE (outside (0, 1]), E_UNKNOWN_ID, E_OVERLAPPING_PARTIES, E_FIXPOINT.
    Finding W_NO_FOREST: below one half, or over-held, two parties can control a company without controlling each other.
    """
    graph = network.graph(basis)
    limit = exact_threshold(threshold)
    if fixpoint not in ("least", "greatest"):
        raise RequestError(Finding("E_FIXPOINT", f"{fixpoint!r} is no fixpoint.", "Say least or greatest."))
    seeds = _seeds(network, graph, sources, together, parties)
    test = passes(limit, strict, graph.total.tolist())
    out, incoming = _out(graph), [graph.holders(j) for j in range(len(network))]
    findings = Findings([*network.findings, *_forest(graph, limit, strict)])
    rows: list[ControlRow] = []
    for name, members in seeds.items():
        rounds, held = least_closure(out, members, test)
        if fixpoint == "greatest":
            rounds, held = _greatest(network, incoming, members, test, rounds, findings)
        for company in sorted(rounds, key=lambda c: (rounds[c], c)):
            votes = Fraction(held[company], int(graph.total[company]))
            rows.append(ControlRow(name, network.ids[company], votes, rounds[company]))
    settings = {"graph": basis, "basis": graph.basis, "threshold": str(limit), "strict": strict, "fixpoint": fixpoint}
    named = {name: tuple(network.ids[i] for i in members) for name, members in seeds.items()}
    return Control(rows=tuple(rows), network=network, seeds=named, settings=settings, findings=tuple(findings))


def ultimate(network: Network, *, threshold: Fraction | str = HALF, strict: bool = True, basis: str = "votes") -> Ultimate:
    """Ultimate controllers, nearest controllers and rings (mutual control) of every company.

    A ring that nobody outside controls is the ultimate controller of its own members, all of them listed. The nearest controller is
    the class that controls the company and is controlled by every other class that does; absent when there is no such one.
    Errors and findings as :func:`control`; a ring that is owned completely by itself also has W_OWNERLESS_CYCLE.
    """
    graph = network.graph(basis)
    limit = exact_threshold(threshold)
    test = passes(limit, strict, graph.total.tolist())
    out = _out(graph)
    above: dict[int, set[int]] = {}
    for source in range(len(network)):
        for company in least_closure(out, [source], test)[0] if out[source] else ():
            above.setdefault(company, set()).add(source)

    def ring(node: int) -> frozenset[int]:
        """The class of a node: itself and everyone it controls and is controlled by."""
        return frozenset({node} | {other for other in above.get(node, ()) if node in above.get(other, ())})

    rings = {company: ring(company) for company in {*above, *(x for s in above.values() for x in s)}}
    tops: dict[int, set[int]] = {}
    parents: dict[int, frozenset[int]] = {}
    for company, controllers in above.items():
        candidates = controllers | rings[company] if len(rings[company]) > 1 else controllers
        tops[company] = {c for c in candidates if above.get(c, set()) <= rings[c]}
        outside = {rings[c] for c in controllers if c not in rings[company]}
        nearest = [k for k in outside if all(other == k or min(other) in above.get(min(k), ()) for other in outside)]
        if len(nearest) == 1:
            parents[company] = nearest[0]

    def words(members: Iterable[int]) -> tuple[str, ...]:
        return tuple(network.ids[i] for i in sorted(members))

    return Ultimate(
        ultimate={network.ids[c]: words(tops[c]) for c in sorted(tops)},
        parent={network.ids[c]: words(parents[c]) for c in sorted(parents)},
        rings=tuple(sorted(words(members) for members in set(rings.values()) if len(members) > 1)),
        settings={"graph": basis, "basis": graph.basis, "threshold": str(limit), "strict": strict},
        findings=tuple(
            dict.fromkeys([*network.findings, *_forest(graph, limit, strict), *network.ownerless_findings(graph.ownerless)])
        ),
    )


def _out(graph: Graph) -> list[list[tuple[int, int]]]:
    return [graph.holdings(i) for i in range(len(graph.total))]


def _seeds(
    network: Network,
    graph: Graph,
    sources: Iterable[str] | None,
    together: Sequence[str] | None,
    parties: Mapping[str, Sequence[str]] | None,
) -> dict[str, list[int]]:
    """Controllers by name, each with its members."""
    if together is not None:
        return {"+".join(sorted(set(together))): sorted({network.index(name) for name in together})}
    singles = (
        [i for i in range(len(network)) if graph.holdings(i)] if sources is None else [network.index(name) for name in sources]
    )  # fmt: skip
    seeds = {network.ids[i]: [i] for i in singles}
    seen: dict[str, str] = {}
    faults = Findings()
    for party, names in (parties or {}).items():
        seeds[party] = sorted({network.index(name) for name in names})
        for name in sorted(set(names)):
            if seen.setdefault(name, party) != party:
                message = f"{name} is in the parties {seen[name]} and {party}: its votes would count twice."
                faults.add("E_OVERLAPPING_PARTIES", message, "Ask about the parties one at a time.", name)
    faults.raise_errors()
    return seeds


def _forest(graph: Graph, threshold: Fraction, strict: bool) -> list[Finding]:
    """``W_NO_FOREST`` where controllers of a company need not form a chain."""
    if threshold > HALF or (threshold == HALF and strict):
        if not graph.overheld:
            return []
        reason = "some companies are held more than 100 %"
    else:
        reason = "more than one holder can pass the threshold"
    message = f"{reason}: a company can have several controllers that do not control each other."
    return [Finding("W_NO_FOREST", message, "Every controller is listed.", "control")]


def _greatest(
    network: Network,
    incoming: list[list[tuple[int, int]]],
    seeds: list[int],
    test: Passes,
    least: dict[int, int],
    findings: Findings,
) -> tuple[dict[int, int], dict[int, int]]:
    """Greatest fixpoint, with the least one beside it to tell which rings hold only themselves."""
    inside = greatest_closure(incoming, seeds, test)
    phantom = sorted(inside - set(least))
    if phantom:
        names = network.words(phantom)
        message = f"{names}: nothing outside holds them up; they count only because they count each other."
        findings.add("W_PHANTOM_RING", message, "Use the least fixpoint.", network.words(seeds))
    counted = inside | set(seeds)
    held = {v: sum(w for u, w in incoming[v] if u in counted) for v in inside}
    return {v: least.get(v, 0) for v in inside}, held


class Meeting(NamedTuple):
    """One meeting: turnout and share of the votes cast as fractions 0-1."""

    turnout: Fraction
    share_of_votes_cast: Fraction
    majority: bool


@dataclass(frozen=True, eq=False, kw_only=True)
class DeFacto(Result):
    """``share_of_votes_cast`` = votes / turnout, ``majority`` when that is above one half; ``turnout_needed`` = min(1, 2 votes):
    below that turnout the holder has a majority. ``meetings`` has one row per turnout asked.
    """

    turnout_needed: Fraction
    share_of_votes_cast: Fraction | None
    majority: bool | None
    meetings: tuple[Meeting, ...] = ()

    row: ClassVar[Any] = Meeting
    shares: ClassVar[tuple[str, ...]] = ("turnout", "share_of_votes_cast")

    def _rows(self) -> tuple[Meeting, ...]:
        return self.meetings


def de_facto(votes: Fraction | str, turnout: Fraction | str | Sequence[Fraction | str] | None = None) -> DeFacto:
    """Is a holder of ``votes`` (fraction of all votes that can be cast) a majority of those that are cast at a ``turnout``?

    The holder always attends. ``turnout`` is a fraction, a list of past ones, or ``None``; with several, ``majority`` is true when
    it holds at every one and ``share_of_votes_cast`` is the smallest. Exactly half is no majority. Errors: E_THRESHOLD_TYPE,
    E_THRESHOLD_RANGE, E_TURNOUT (a turnout below the holder's own votes). Source: votes / turnout > 1/2, by definition.
    """
    held = exact_threshold(votes)
    single = turnout is None or isinstance(turnout, (Fraction, str, int, float))
    asked: list[Any] = [] if turnout is None else [turnout] if single else list(turnout)  # type: ignore[arg-type]
    meetings: list[Meeting] = []
    for value in asked:
        cast = exact_threshold(value)
        if cast < held:
            message = f"a turnout of {cast} is less than the holder's own {held}."
            raise RequestError(Finding("E_TURNOUT", message, "The holder is taken to attend.", "turnout"))
        meetings.append(Meeting(cast, held / cast, held / cast > HALF))
    return DeFacto(
        turnout_needed=min(Fraction(1), 2 * held),
        share_of_votes_cast=min((m.share_of_votes_cast for m in meetings), default=None),
        majority=all(m.majority for m in meetings) if meetings else None,
        meetings=tuple(meetings),
        settings={"votes": str(held)},
    )
