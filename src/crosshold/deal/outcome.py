"""What a simulated plan gives back: the start, every step, the path, the money, and the plan as it was executed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Any

from crosshold.deal.accounts import GroupCash, sources_and_uses
from crosshold.deal.books import Booking
from crosshold.deal.draft import Sale
from crosshold.deal.ledger import Entry
from crosshold.deal.part import Part
from crosshold.deal.plan import Plan
from crosshold.deal.step import Step
from crosshold.deal.values import plain as as_text
from crosshold.deal.view import BASES, View
from crosshold.deal.watch import Happening
from crosshold.errors import Finding
from crosshold.model.result import plain
from crosshold.model.snapshot import Snapshot


@dataclass(frozen=True, eq=False)
class Executed:
    """One step as it was executed: what was decided (``record``), the state after it, and what happened on the way."""

    step: Step
    day: date
    record: Mapping[str, Any]
    compiled: tuple[Step, ...]
    view: View
    entries: tuple[Entry, ...]
    sales: tuple[Sale, ...]
    bookings: tuple[Booking, ...]
    events: tuple[Happening, ...]
    findings: tuple[Finding, ...]
    group_cash: GroupCash | None = None

    def to_dict(self, *, exact: bool = False) -> dict[str, Any]:
        """JSON form of spec/deal 18."""
        compiled = {"shares": None, "exact": None, "price": None, "discount": None, **as_text(self.record)}
        return {
            "id": self.step.id, "type": self.step.type, "date": self.day.isoformat(), "state_hash": self.view.hash,
            "compiled": compiled, **plain(self.view.to_dict(), exact=exact), "entries": [e.to_dict() for e in self.entries],
            "events": [_event(e, exact) for e in self.events], "findings": plain(self.findings),
            "accounting": [b.to_dict() for b in self.bookings],
            "group_cash": self.group_cash.to_dict() if self.group_cash else None,
        }  # fmt: skip


def _event(event: Happening, exact: bool) -> dict[str, Any]:
    return plain(event.to_dict(exact=exact), exact=exact)  # type: ignore[no-any-return]


@dataclass(frozen=True, eq=False)
class Outcome:
    """The result of :func:`crosshold.deal.simulate.simulate`. Stakes are fractions 0-1; money is text with its currency.

    ``start`` and ``steps[n].view`` hold the states; ``as_executed`` is a Plan of compiled steps that replays to the same
    ``end_hash``, which it carries when every step was executed.
    """

    plan: Plan
    start: View
    steps: tuple[Executed, ...]
    settings: Mapping[str, Any]
    versions: Mapping[str, str]
    peak: Mapping[str, Mapping[str, Any]]
    peak_stakes: Mapping[str, Mapping[str, Mapping[str, Any]]]
    path_only_events: tuple[Mapping[str, Any], ...]
    sources_and_uses: Mapping[str, Mapping[str, Any]]
    group_cash: GroupCash | None
    fund: Mapping[str, Any]
    balance: Mapping[str, Any]
    viability: Mapping[str, Any]
    findings: tuple[Finding, ...] = field(repr=False)
    order_check: Mapping[str, Any] | None = None
    part: Part | None = field(default=None, repr=False)
    complete: bool = True  # False where a step was barred and this is what was reached before it

    @property
    def end(self) -> View:
        """The state after the last step."""
        return self.steps[-1].view if self.steps else self.start

    @cached_property
    def snapshot(self) -> Snapshot:
        """The register at the end; of a large one the whole, not only the ``part`` that was told."""
        return self.part.put_back(self.end.snapshot) if self.part else self.end.snapshot

    @property
    def end_hash(self) -> str:
        """``sha256:`` of the canonical end state; of a large register, of the part that the plan can touch."""
        return self.end.hash

    @cached_property
    def finance(self) -> list[dict[str, Any]]:
        """For each step ``accounting``, ``finance``, ``power`` and ``decides`` (spec/deal 10-12); ratios are fractions, money is text."""
        from crosshold.deal.pack import after_steps  # here, so that replaying a plan loads and computes none of it

        members = self.start.snapshot.groups.get(self.plan.group, ())
        return after_steps(self.start, self.steps, members, self.plan.group)

    @cached_property
    def group_sources_and_uses(self) -> dict[str, Any] | None:
        """The sheet of the plan's group as one account: what members pay each other is neither; ``None`` without a group."""
        members = self.start.snapshot.groups.get(self.plan.group, ())
        flows = [(step.step.id, step.entries, step.sales) for step in self.steps]
        return sources_and_uses(flows, members, self.plan.group).get(self.plan.group) if members else None

    @cached_property
    def vulnerability(self) -> dict[str, Any]:
        """How open to others every company is, at the start and at the end (spec/deal 14)."""
        from crosshold.deal.pack import exposure

        return exposure(self.start, self.end)

    @property
    def as_executed(self) -> Plan:
        """The plan with fixed numbers, dates and prices instead of targets and models."""
        steps = tuple(part for executed in self.steps for part in executed.compiled)
        known = {step.id for step in steps}
        kept = tuple(_without_lost(step, known) for step in steps)
        return Plan(
            steps=kept, id=f"{self.plan.id}.as_executed" if self.plan.id else "", title=self.plan.title, case=self.plan.case,
            status=self.plan.status, group=self.plan.group, options=self.plan.options, fund=self.plan.fund,
            end_hash=self.end_hash if self.complete else "",
        )  # fmt: skip

    @property
    def events(self) -> list[dict[str, Any]]:
        """All events on the path with the step of each; exact numbers."""
        return [{"step": s.step.id, **e.to_dict(exact=True)} for s in self.steps for e in s.events]

    def to_dict(self, *, exact: bool = False) -> dict[str, Any]:
        """JSON form of spec/deal 18; ``exact`` gives ratios as strings "a/b"."""
        start = {**self.start.to_dict(), "balance": self.balance.get("start"), "state_hash": self.start.hash}
        return {
            "case": self.start.snapshot.case, "plan": self.plan.id, "at": self.start.snapshot.at.isoformat(),
            "settings": plain(self.settings), "versions": dict(self.versions), "start": plain(start, exact=exact),
            "steps": [
                {**step.to_dict(exact=exact), **plain(block, exact=exact)} for step, block in zip(self.steps, self.finance, strict=True)
            ], "peak": plain(self.peak, exact=exact),
            "peak_stakes": plain(self.peak_stakes, exact=exact), "path_only_events": plain(self.path_only_events, exact=exact),
            "sources_and_uses": plain(self.sources_and_uses), "group_sources_and_uses": plain(self.group_sources_and_uses),
            "group_cash": self.group_cash.to_dict() if self.group_cash else None, "fund": plain(self.fund, exact=exact),
            "viability": plain(self.viability, exact=exact), "vulnerability": plain(self.vulnerability, exact=exact),
            "balance": plain(self.balance.get("end"), exact=exact),
            "end_hash": self.end_hash,
            "order_check": plain(self.order_check, exact=exact), "findings": plain(self.findings),
        }  # fmt: skip

    def table(self) -> dict[str, list[Any]]:
        """Columns step, issuer, holder, base, value: one row per step, issuer, holder and basis."""
        columns: dict[str, list[Any]] = {name: [] for name in ("step", "issuer", "holder", "base", "value")}
        for name, view in [("start", self.start), *((s.step.id, s.view) for s in self.steps)]:
            for issuer, holders in view.stakes.items():
                for holder, stake in holders.items():
                    for basis in BASES:
                        value = stake.on(basis)
                        row = (name, issuer, holder, basis, None if value is None else float(value))
                        for column, cell in zip(columns.values(), row, strict=True):
                            column.append(cell)
        return columns

    def ledger(self) -> dict[str, list[Any]]:
        """Columns step, date, from, to, amount, currency, why: one row a payment, money as text."""
        columns: dict[str, list[Any]] = {name: [] for name in ("step", "date", "from", "to", "amount", "currency", "why")}
        for step in self.steps:
            for entry in step.entries:
                for name, value in {"step": step.step.id, "date": step.day.isoformat(), **entry.to_dict()}.items():
                    columns[name].append(value)
        return columns

    def __str__(self) -> str:
        lines = [f"Plan {self.plan.id or '(no name)'} on {self.start.snapshot.case or 'the case'}, {self.start.snapshot.at}"]
        for executed in self.steps:
            moves = ", ".join(_said(e.to_dict()) for e in executed.events) or "no event"
            shares = executed.record.get("shares")
            what = f"{shares:,} shares" if isinstance(shares, int) else ""
            lines.append(f"  {executed.day} {executed.step.id} {executed.step.type} {what}: {moves}")
        for name, value in self.end.watch.items():
            first = self.start.watch.get(name)
            lines.append(
                f"  {name}: {_percent(first)} -> {_percent(value)}, peak {_percent(self.peak.get(name, {}).get('value'))}"
            )
        codes = ", ".join(dict.fromkeys(finding.code for finding in self.findings))
        return "\n".join([*lines, *([f"  findings: {codes}"] if codes else [])])


def _without_lost(step: Step, known: set[str]) -> Step:
    lost = [name for name in step.depends_on if name not in known]
    return replace(step, depends_on=tuple(n for n in step.depends_on if n in known)) if lost else step


def _said(event: Mapping[str, Any]) -> str:
    subject = event.get("subject") or {}
    who = subject.get("holder") or "+".join(subject.get("group") or ())
    line = f" {event['threshold']}" if event.get("threshold") else ""
    return f"{event.get('rule')}{line} {event.get('direction')} for {who} in {subject.get('issuer')}"


def _percent(value: Fraction | None) -> str:
    return "unknown" if value is None else f"{float(value) * 100:.2f} %"
