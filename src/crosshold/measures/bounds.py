"""Answers from stakes known only between bounds: what is certain, what is possible, what is neither.

The reading: a company's register is a whole. One holder's higher count takes room from the others, and holders whom nobody names take
up the rest (:class:`crosshold.model.stakes.Stakes`). A *world* is one choice of counts that fits all bounds. CERTAIN is true in every
world, POSSIBLE in some but not in all, IMPOSSIBLE in none. Control and multiplied shares grow with every stake, so both ends
are reached by giving each register its worst or its best world for the question; registers do not depend on each other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any, ClassVar, NamedTuple

from crosshold.errors import Finding
from crosshold.kernels.flow import Number, method
from crosshold.kernels.worlds import columns_of, derivation, grown, holders_of, is_sure, multiplied, open_worlds, passing, ratio
from crosshold.model.result import Result
from crosshold.model.stakes import Registers, Stakes
from crosshold.model.threshold import threshold as exact_threshold
from crosshold.model.verdict import CERTAIN, IMPOSSIBLE, POSSIBLE, between

HALF = Fraction(1, 2)


class ControlBound(NamedTuple):
    """``low`` (``high``), fractions 0-1: votes of ``controlled`` that the controller and all it certainly (possibly) controls have."""

    controller: str
    controlled: str
    verdict: str
    low: Fraction
    high: Fraction


@dataclass(frozen=True, eq=False, kw_only=True)
class ControlBounds(Result):
    """Every pair that is CERTAIN or POSSIBLE, by controller and company; every other pair is IMPOSSIBLE."""

    rows: tuple[ControlBound, ...]
    stakes: Stakes = field(repr=False)
    seeds: Mapping[str, tuple[str, ...]] = field(repr=False)

    row: ClassVar[Any] = ControlBound
    shares: ClassVar[tuple[str, ...]] = ("low", "high")

    @cached_property
    def _verdicts(self) -> dict[tuple[str, str], str]:
        return {(r.controller, r.controlled): r.verdict for r in self.rows}

    def verdict(self, controller: str, controlled: str) -> str:
        """CERTAIN, POSSIBLE or IMPOSSIBLE. Error: E_UNKNOWN_ID."""
        self.stakes.indices([*self.seeds.get(controller, (controller,)), controlled])
        return self._verdicts.get((controller, controlled), IMPOSSIBLE)

    def explain(self, controller: str, controlled: str) -> dict[str, Any]:
        """The proof as plain data: ``least`` and ``most``, each the companies in the order in which they come under control.

        A step has the company, its ``round`` (``None``: it does not come under control), the ``share`` that then counts in the worst
        (best) world of its register, and that world as ``counts`` of shares. ``least`` proves CERTAIN or gives the world without control,
        ``most`` proves POSSIBLE or shows that even the best world falls short.
        """
        verdict = self.verdict(controller, controlled)
        members = self.stakes.indices(self.seeds.get(controller, (controller,)))
        (goal,) = self.stakes.indices([controlled])
        search = _Search(self.stakes, self.settings["graph"], Fraction(self.settings["threshold"]), self.settings["strict"])
        return {
            "verb": "control",
            "holder": controller,
            "issuer": controlled,
            "value": verdict,
            "least": search.steps(members, goal, best=False),
            "most": search.steps(members, goal, best=True),
            **{key: self.settings[key] for key in ("basis", "threshold", "strict")},
        }


class OwnershipBound(NamedTuple):
    """``low`` and ``high`` (fractions 0-1) of ``issuer`` that ``holder`` has through all chains; ``verdict`` at the line, if any."""

    holder: str
    issuer: str
    low: Number
    high: Number
    verdict: str | None


@dataclass(frozen=True, eq=False, kw_only=True)
class OwnershipBounds(Result):
    """Every pair that may be above 0, by holder and issuer. ``undetermined``: companies that own themselves completely in every world."""

    rows: tuple[OwnershipBound, ...]
    undetermined: tuple[str, ...]

    row: ClassVar[Any] = OwnershipBound
    shares: ClassVar[tuple[str, ...]] = ("low", "high")


def control_bounds(
    stakes: Stakes,
    *,
    threshold: Fraction | str = HALF,
    strict: bool = True,
    basis: str = "votes",
    sources: Iterable[str] | None = None,
    together: Sequence[str] | None = None,
) -> ControlBounds:
    """Who controls whom for certain, and who possibly. ``sources``, ``together`` and the line mean what they do for control.

    Verdicts are exact: X controls Y in every world exactly when it does with each register in its worst world for X, and in some
    world exactly when it does with each in its best. Votes that cannot be cast move the whole with the count that is silenced.

    Errors: E_UNKNOWN_ID (all at once), E_THRESHOLD_TYPE, E_THRESHOLD_RANGE, E_BASIS_AMBIGUOUS.
    """
    limit = exact_threshold(threshold)
    search = _Search(stakes, basis, limit, strict)
    if together is not None:
        seeds = {"+".join(sorted(set(together))): sorted(set(stakes.indices(together)))}
    else:
        singles = [i for i in range(len(stakes)) if search.out[i]] if sources is None else stakes.indices(sources)
        seeds = {stakes.ids[i]: [i] for i in singles}
    rows = []
    for name, members in seeds.items():
        sure, maybe = search.controlled(members, best=False), search.controlled(members, best=True)
        for company in sorted(maybe):
            verdict = CERTAIN if company in sure else POSSIBLE
            low = search.held(company, {*members, *sure}, best=False)
            high = search.held(company, {*members, *maybe}, best=True)
            rows.append(ControlBound(name, stakes.ids[company], verdict, low, high))
    return ControlBounds(
        rows=tuple(rows),
        stakes=stakes,
        seeds={name: tuple(stakes.ids[i] for i in members) for name, members in seeds.items()},
        settings={
            "graph": basis,
            "basis": stakes.basis(basis),
            "threshold": str(limit),
            "strict": strict,
            **_reading(search.columns, stakes),
        },
        findings=stakes.findings,
    )


def ownership_bounds(
    stakes: Stakes,
    *,
    holders: Iterable[str] | None = None,
    issuers: Iterable[str] | None = None,
    basis: str = "capital",
    threshold: Fraction | str | None = None,
    strict: bool = False,
) -> OwnershipBounds:
    """Least and largest part of each issuer that a holder has, stakes multiplied along chains and chains added (source-avoiding).

    Both ends are reached in a world in which no ring owns itself completely. With a ``threshold`` each row has a verdict: at least
    so much, or more than it when ``strict``. Errors: E_UNKNOWN_ID (all at once), E_THRESHOLD_TYPE, E_THRESHOLD_RANGE,
    E_BASIS_AMBIGUOUS. Finding W_OWNERLESS_CYCLE: a ring that owns itself completely in every world.
    """
    limit = None if threshold is None else exact_threshold(threshold)
    columns = stakes.registers(basis)
    start = open_worlds(columns)
    closed = sorted(set(columns) - set(start))
    sources = (
        stakes.indices(holders) if holders is not None else sorted({s.node for c in columns.values() for s in holders_of(c)})
    )
    wanted = None if issuers is None else set(stakes.indices(issuers))
    rows = []
    for source in sources:
        (least, _), (most, _) = (multiplied(columns, start, source, best) for best in (False, True))
        for j in sorted(most):
            if most[j] and (wanted is None or j in wanted):
                low = least.get(j, Fraction(0))
                said = None if limit is None else between(low, most[j], limit, strict)
                rows.append(OwnershipBound(stakes.ids[source], stakes.ids[j], low, most[j], said))
    names = ", ".join(stakes.ids[j] for j in closed[:8])
    message = f"{names}: nobody outside owns any of them, whatever the counts; what depends on them has no value."
    ring = [Finding("W_OWNERLESS_CYCLE", message, "Add the missing outside holders.", names)] if closed else []
    line = {"threshold": None if limit is None else str(limit), "strict": None if limit is None else strict}
    return OwnershipBounds(
        rows=tuple(rows),
        undetermined=tuple(stakes.ids[j] for j in closed),
        settings={
            "graph": basis,
            "basis": stakes.basis(basis),
            "convention": "source-avoiding",
            **line,
            "method": method(x for row in rows for x in (row.low, row.high)),
            **_reading(columns, stakes),
        },
        findings=(*stakes.findings, *ring),
    )


def _reading(columns: Registers, stakes: Stakes) -> dict[str, Any]:
    """How bounds were read, for the settings of a result."""
    moving = [stakes.ids[j] for j, column in columns.items() if not is_sure(column)]
    return {"bounds": "shares add up", "uncertain": tuple(moving)}


class _Search:
    """Control in the worst and in the best worlds."""

    def __init__(self, stakes: Stakes, basis: str, limit: Fraction, strict: bool) -> None:
        self.stakes, self.columns, self.limit, self.strict = stakes, stakes.registers(basis), limit, strict
        self.out = columns_of(self.columns, len(stakes))

    def controlled(self, members: Collection[int], best: bool) -> dict[int, int]:
        """Round of every company that comes under control."""
        return grown(self.out, members, lambda j, inside: passing(self.columns[j], inside, self.limit, self.strict, best))

    def held(self, company: int, group: Collection[int], best: bool) -> Fraction:
        """Smallest or largest share of the votes that a group has."""
        return ratio(self.columns[company], dict.fromkeys(group, Fraction(1)), best) or Fraction(0)

    def steps(self, members: list[int], goal: int, best: bool) -> list[dict[str, Any]]:
        """The derivation of control over a company in the worst or the best worlds; only companies that the last step needs."""
        found = derivation(self.columns, self.controlled(members, best), members, [goal], best)
        return [
            {"company": self.stakes.ids[s.node], "round": s.round, "share": s.share, "counts": self.stakes.counts(s.world)}
            for s in found
        ]
