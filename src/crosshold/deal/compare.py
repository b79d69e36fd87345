"""What differs between two ends, or between doing nothing and a plan (DESIGN 3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from crosshold.deal.accounts import cash_table
from crosshold.deal.outcome import Outcome
from crosshold.deal.view import BASES, Share, Stake, View
from crosshold.errors import Finding
from crosshold.model.result import plain
from crosshold.model.snapshot import Snapshot


class Difference(NamedTuple):
    """One holder in one issuer on one base, fractions 0-1; ``None`` where unknown or not in that register."""

    issuer: str
    holder: str
    base: str
    before: Share
    after: Share


@dataclass(frozen=True, eq=False)
class Comparison:
    """``rows`` on the four bases; ``cash``, ``control`` and ``decides`` as ``{name: {before, after}}``; ``events`` carry their ``side``.

    ``control`` is ``None`` where it is unknown. ``decides`` says for each issuer who votes most, who can block and how power is
    spread (spec/deal 12), with its ``settings``.
    """

    rows: tuple[Difference, ...]
    cash: Mapping[str, Mapping[str, str | None]]
    events: tuple[Mapping[str, Any], ...]
    control: Mapping[str, Mapping[str, tuple[str, ...] | None]]
    decides: Mapping[str, Mapping[str, Any]]
    settings: Mapping[str, Any]
    findings: tuple[Finding, ...] = field(default=(), repr=False)

    def to_dict(self, *, exact: bool = False) -> dict[str, Any]:
        """JSON form: rows, cash, events, control, decides, settings, findings."""
        names = ("rows", "cash", "events", "control", "decides", "settings", "findings")
        return {name: plain(getattr(self, name), exact=exact) for name in names}

    def table(self) -> dict[str, list[Any]]:
        """The rows as columns."""
        return {name: [row[k] for row in self.rows] for k, name in enumerate(Difference._fields)}

    def __str__(self) -> str:
        moved = [row for row in self.rows if row.before != row.after]
        lines = [f"{self.settings['before']} -> {self.settings['after']}: {len(moved)} of {len(self.rows)} stakes differ"]
        lines += [f"  {r.holder} in {r.issuer}, {r.base}: {_said(r.before)} -> {_said(r.after)}" for r in moved]
        for who, sums in self.cash.items():
            if sums["before"] != sums["after"]:
                lines.append(f"  cash of {who}: {sums['before']} -> {sums['after']}")
        return "\n".join(lines)


@dataclass(frozen=True, eq=False)
class _Side:
    """The ``end`` of one plan, and of the companies that only the other plan's part of a large register has the ``start``.

    No step of this plan reaches those, unless what lies below its companies was too much to tell (not ``sure``): then who votes and
    who controls there is unknown; the shares are what they were.
    """

    end: View
    start: View | None = None
    sure: bool = True

    @classmethod
    def of(cls, one: Outcome, other: Outcome) -> _Side:
        """Of two plans on one register, the side of the first."""
        if one.part is None or other.part is None or one.part.whole is not other.part.whole:
            return cls(one.end)
        return cls(one.end, other.start, one.part.complete)

    def at(self, issuer: str) -> View | None:
        """The state to be told of a company; ``None`` where there is no such company."""
        return next((v for v in (self.end, self.start) if v is not None and issuer in v.stakes), None)

    def stakes(self, issuer: str) -> Mapping[str, Stake]:
        """The stakes in a company."""
        seen = self.at(issuer)
        table = seen.stakes[issuer] if seen else {}
        if seen is self.end or self.sure:
            return table
        return {
            holder: replace(stake, gross_votes=None, exercisable_votes=None, theoretical_votes=None)
            for holder, stake in table.items()
        }

    def control(self, name: str) -> tuple[str, ...] | None:
        """Who ends up controlling a company; empty where nobody does."""
        seen = self.at(name) or self.end
        return seen.control.get(name, ()) if seen is self.end or self.sure else None

    def controlled(self) -> set[str]:
        """Who may be under control."""
        return {*self.end.control, *(self.start.control if self.start else ())}


def compare(before: Snapshot | Outcome, after: Outcome) -> Comparison:
    """End against end; a Snapshot as ``before`` stands for doing nothing, that is for the start of ``after``.

    Of two plans on one large register, each simulated on the part that it can touch, a company of only one part has at the other end
    the numbers of the start.
    """
    first = _Side.of(before, after) if isinstance(before, Outcome) else _Side(after.start)
    last = _Side.of(after, before) if isinstance(before, Outcome) else _Side(after.end)
    events = [*_events(before, "before"), *_events(after, "after")] if isinstance(before, Outcome) else _events(after, "after")
    label = (before.plan.id or "first plan") if isinstance(before, Outcome) else "doing nothing"
    settings = {"before": label, "after": after.plan.id or "plan", "at": first.end.snapshot.at.isoformat()}
    found = [*(before.findings if isinstance(before, Outcome) else ()), *after.findings]
    return Comparison(
        tuple(_rows(first, last)), _cash(first.end, last.end), tuple(events), _control(first, last), _decides(first, last), settings,
        tuple(dict.fromkeys(found)),
    )  # fmt: skip


def _rows(first: _Side, last: _Side) -> list[Difference]:
    rows = []
    for issuer in dict.fromkeys([*first.end.stakes, *last.end.stakes]):
        there, here = first.stakes(issuer), last.stakes(issuer)
        for holder in sorted({*there, *here}):
            for basis in BASES:
                was = getattr(there[holder], basis) if holder in there else _absent(there, basis)
                now = getattr(here[holder], basis) if holder in here else _absent(here, basis)
                rows.append(Difference(issuer, holder, basis, was, now))
    return rows


def _absent(table: Mapping[str, Any], basis: str) -> Share:
    """A holder that is not there has nothing, of a base that exists."""
    return Fraction(0) if any(getattr(stake, basis) is not None for stake in table.values()) else None


def _cash(first: View, last: View) -> dict[str, dict[str, str | None]]:
    was, now = cash_table(first.snapshot)[0], cash_table(last.snapshot)[0]
    zero = f"{Decimal(0):.2f}"
    return {who: {"before": was.get(who, zero), "after": now.get(who, zero)} for who in sorted({*was, *now})}


def _control(first: _Side, last: _Side) -> dict[str, dict[str, tuple[str, ...] | None]]:
    both = {name: (first.control(name), last.control(name)) for name in sorted(first.controlled() | last.controlled())}
    return {name: {"before": was, "after": now} for name, (was, now) in both.items() if (was, now) != ((), ())}


def _decides(first: _Side, last: _Side) -> dict[str, dict[str, Any]]:
    from crosshold.deal.pack.deciders import SETTINGS, Deciders, decides  # here, so that replaying a plan computes none of it

    known: dict[int, Deciders] = {}  # one for each state, so that power is computed once

    def told(side: _Side, name: str) -> Deciders | None:
        seen = side.at(name)
        return None if seen is None or not (seen is side.end or side.sure) else known.setdefault(id(seen), Deciders(seen))

    both: dict[str, Any] = {}
    for name in sorted({*first.end.stakes, *last.end.stakes}):
        was, now = told(first, name), told(last, name)
        both[name] = {
            "before": decides(was, was, name) if was else None,
            "after": decides(was or now, now, name) if now else None,
        }
    return {"settings": dict(SETTINGS), **both}


def _events(outcome: Outcome, side: str) -> list[dict[str, Any]]:
    return [{"side": side, "step": s.step.id, **e.to_dict()} for s in outcome.steps for e in s.events]


def _said(value: Share) -> str:
    if isinstance(value, Mapping):
        return f"{float(value['low']) * 100:.2f} to {float(value['high']) * 100:.2f} %"
    return "unknown" if value is None else f"{float(value) * 100:.4f} %"
