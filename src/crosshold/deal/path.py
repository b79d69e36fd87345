"""The path of a plan: step by step, what was traded, what is settled, what happened in law (spec/deal 4, 5, 8)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from crosshold.deal import accounts, influence, partners, watch
from crosshold.deal.advance import Advance, advance
from crosshold.deal.days import calendar_note, calendar_of, later
from crosshold.deal.ledger import Entry, Ledger
from crosshold.deal.outcome import Executed, Outcome
from crosshold.deal.plan import Plan
from crosshold.deal.step import Step
from crosshold.deal.view import View, view
from crosshold.deal.votes import Counter, Votes
from crosshold.deal.whole import whole
from crosshold.errors import CrossholdError, Finding, Findings, PlanError, UndeterminedError
from crosshold.law.ballot import Ballot
from crosshold.model.snapshot import Snapshot

STRICT = ("W_PASSIVE_CROSS", "W_RULE_UNVERIFIED", "W_SUBSIDIARY_HOLDS_PARENT")
"""Warnings that ``strict: stop`` turns into errors."""


class Path:
    """The path so far.

    While a trade is not settled, ``ahead`` is the state that all trades make, and :attr:`now` the register.
    """

    def __init__(self, snapshot: Snapshot, plan: Plan, count: Counter, past: Sequence[Snapshot]) -> None:
        self.plan, self.count = plan, count
        self.votes = count(snapshot)
        self.start = view(self.votes)
        self.past: list[Ballot | Snapshot] = [*past, self.votes.ballot]
        """Every state so far, each on its last day: what a rise within some months is measured against."""
        self.findings = Findings([*snapshot.findings, *self.votes.findings])
        self.steps: list[Executed] = []
        self.days: dict[str, date] = {}
        self.later: list[Step] = []  # what steps left for a later day: cancellations, tranches
        self.settling: list[Step] = []  # traded, and not yet in the register
        self.ahead: View | None = None  # the state that all trades make, while some are not settled

    @property
    def now(self) -> View:
        """The register as it stands."""
        return self.steps[-1].view if self.steps else self.start

    def outcome(self) -> Outcome:
        """Execute every step, and what falls due after the last; ``PlanError`` with the outcome so far."""
        for step in self.plan.ordered():
            day = self.day(step)
            self._due(day)
            self._execute(step, day)
        self._due(date.max)
        return self._result()

    def _result(self) -> Outcome:
        return whole(self.plan, self.start, self.steps, self.findings)

    def day(self, step: Step) -> date:
        """The day of a step: its own, or so long after another; else that of the state it meets."""
        if step.date is not None:
            return step.date
        if step.after is None:
            return self.now.snapshot.at
        day = self.days[step.after.step]
        if step.after.trading_days is None:
            return later(day, step.after.days or 0)
        return self._trading_days(step, day, step.after.trading_days)

    def _trading_days(self, step: Step, day: date, count: int) -> date:
        """So many trading days after a day, by the calendar of the company whose shares the step is about."""
        issuer = next((name for role, name in step.names() if role == "issuer"), None)
        calendar, said = calendar_of(self.now.snapshot, issuer)
        last = calendar.after(day, count)
        if note := calendar_note(issuer, calendar, said, last):
            self.findings.add("N_CALENDAR", *note, f"step {step.id}")
        return last

    def _due(self, day: date) -> None:
        """Execute what falls due by ``day``; of one day, settlements first."""
        while due := [step for step in (*self.settling, *self.later) if (step.date or date.max) <= day]:
            step = min(due, key=lambda s: s.date or date.max)
            if step in self.settling:
                self.settling.remove(step)
                self._guarded(step, step.date or day, self._settle)
            else:
                self.later.remove(step)
                self._execute(step, step.date or day)

    def _execute(self, step: Step, day: date) -> None:
        self._guarded(step, day, self._trade)

    def _guarded(self, step: Step, day: date, act: Callable[[Step, date], Executed]) -> None:
        """Add the row of a step; what bars it carries everything up to the step before."""
        try:
            self.steps.append(act(step, day))
        except UndeterminedError:
            raise
        except CrossholdError as error:
            raise PlanError([*error.findings, _stopped(step, self.steps)], replace(self._result(), complete=False)) from error

    def _trade(self, step: Step, day: date) -> Executed:
        """Execute a step on the state that all trades make, and on the register: at once, or when it is settled."""
        before = self.ahead or self.now
        votes = self.votes if day <= before.snapshot.at else self.count(before.snapshot.evolve(at=day))
        done = advance(before.snapshot, step, on=day, gross=votes.gross, terms=self.plan.options.terms, count=self.count)
        row = self._executed(step, day, before, done, votes)
        if self.plan.options.strict == "stop":
            stopping = [f for f in row.findings if f.code in STRICT]
            if stopping:
                raise PlanError(_as_errors(stopping))
        self.past += [votes.ballot, row.view.votes.ballot]
        self.votes = row.view.votes
        self.days[step.id] = date.fromisoformat(done.draft.record.get("last_day", day.isoformat()))
        self.later += done.draft.due
        if step.settlement_days:
            on = self._trading_days(step, day, step.settlement_days)
            self.settling += [replace(part, id=f"{part.id}.settled", date=on) for part in done.compiled]
            self.ahead = row.view
            record = {**row.record, "settled_on": on.isoformat()}
            return replace(
                row, record=record, compiled=(), view=self._waiting(day), entries=(), sales=(), bookings=(), group_cash=None
            )
        if self.ahead:
            self.ahead, register = row.view, self._register(done.compiled, day)
            found = tuple(dict.fromkeys([*row.findings, *(f for f in register.findings if f.code == "W_OVERDRAWN")]))
            return replace(register, step=step, record=row.record, compiled=done.compiled, events=row.events, findings=found)
        return row

    def _settle(self, step: Step, day: date) -> Executed:
        """Put a trade into the register; what it meant in law was told on the day of the trade."""
        row = self._register((step,), day)
        if not self.settling:
            self.ahead, self.votes = None, row.view.votes
        elif self.ahead and self.ahead.snapshot.at < day:
            self.votes = self.count(self.ahead.snapshot.evolve(at=day))
            self.ahead = view(self.votes, self.ahead)
        return replace(row, findings=())

    def _waiting(self, day: date) -> View:
        """The register on a day on which nothing is settled."""
        now = self.now
        return now if day <= now.snapshot.at else view(self.count(now.snapshot.evolve(at=day)), now)

    def _register(self, parts: Sequence[Step], day: date) -> Executed:
        """Steps with fixed numbers, executed on the register alone; contracts were asked on the day of the trade."""
        now, rows = self._waiting(day), list[tuple[Advance, View]]()
        for part in parts:
            done = advance(now.snapshot, part, on=day, gross=now.votes.gross, terms=self.plan.options.terms, settles=True)
            now = self._viewed(now, done)
            rows.append((done, now))
        drafts = [done.draft for done, _ in rows]
        entries = tuple(e for draft in drafts for e in draft.ledger.entries)
        sales = tuple(sale for draft in drafts for sale in draft.sales)
        bookings = tuple(b for done, _ in rows for b in done.bookings)
        cash = self._group_cash(now, drafts[-1].ledger, entries) if drafts else None
        record = drafts[-1].record if drafts else {}
        found = tuple(f for draft in drafts for f in draft.findings)
        return Executed(parts[0], day, record, tuple(parts), now, entries, sales, bookings, (), found, cash)

    def _group_cash(self, before: View, ledger: Ledger, entries: Sequence[Entry]) -> accounts.GroupCash | None:
        members = before.snapshot.groups.get(self.plan.group, ())
        return accounts.group_cash(entries, members, ledger, before.snapshot.currency) if members else None

    def _viewed(self, before: View, done: Advance) -> View:
        """The state after a step, with contracts that ended and books that changed their method."""
        votes = self.count(done.state)
        votes = replace(votes, snapshot=_ended(done.state, votes))
        after = view(votes, before)
        booked = influence.booked(votes.snapshot, influence.switches(before, after, done.bookings))
        if booked is votes.snapshot:
            return after
        return replace(after, snapshot=booked, votes=replace(votes, snapshot=booked))

    def _executed(self, step: Step, day: date, before: View, done: Advance, eve: Votes) -> Executed:
        after = self._viewed(before, done)
        votes, draft = after.votes, done.draft
        acted = watch.acted(before.snapshot, done.state)
        happened: tuple[watch.Happening, ...] = self.count.events(before.votes, votes, [*self.past, eve.ballot])
        crossed = watch.crossings(done.state.watch, before.watched, after.watched, acted)
        old = {*self.findings, *before.votes.findings}
        draft.findings.extend(f for f in votes.findings if f not in old)
        draft.findings.extend(_passive([e.to_dict() for e in (*happened, *crossed)], f"step {step.id}"))
        draft.findings.extend(partners.subsidiaries_of_parents(before, after, f"step {step.id}"))
        entries = tuple(draft.ledger.entries)
        return Executed(
            step, day, draft.record, done.compiled, after, entries, tuple(draft.sales), done.bookings, (*happened, *crossed),
            tuple(draft.findings), self._group_cash(before, draft.ledger, entries),
        )  # fmt: skip


def _ended(state: Snapshot, votes: Votes) -> Snapshot:
    """The state in which contracts that lapsed today stay ended, whatever comes back later."""
    lapsed = {
        event["contract"] for event in votes.ballot.contract_events if event["kind"] == "contract_lapsed" and event["certain"]
    }
    if not lapsed & {contract.get("id") for contract in state.contracts}:
        return state
    until = state.at.isoformat()
    return state.evolve(contracts=tuple({**c, "until": until} if c.get("id") in lapsed else c for c in state.contracts))


def _passive(happened: list[dict[str, Any]], where: str) -> list[Finding]:
    """``W_PASSIVE_CROSS`` for everyone who crosses a line without acting."""
    found = []
    for event in happened:
        if event.get("passive") and event.get("direction") in ("up", "down"):
            subject = event["subject"]
            who = subject.get("holder") or "+".join(subject.get("group") or ())
            line = f" {event['threshold']}" if event.get("threshold") is not None else ""
            message = f"{who} crosses {event['rule']}{line} {event['direction']} in {subject['issuer']} without acting."
            found.append(Finding("W_PASSIVE_CROSS", message, "It may have to notify, bid or ask for a waiver.", where))
    return found


def _as_errors(findings: list[Finding]) -> list[Finding]:
    return [replace(f, code="E" + f.code[1:], cure=f"{f.cure} The plan says strict: stop.") for f in findings]


def _stopped(step: Step, done: list[Executed]) -> Finding:
    before = ", ".join(s.step.id for s in done) or "nothing"
    return Finding(
        "N_STOPPED", f"the plan stops at step {step.id}; executed before it: {before}.", "", step.where or f"step {step.id}"
    )
