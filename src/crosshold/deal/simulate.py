"""Replay a plan exactly: one state after the other, and after each the law, the events, the money (spec/deal 4, 5, 8, 18)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from decimal import localcontext
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from crosshold.deal import accounts, fund, influence, partners, watch
from crosshold.deal.advance import Advance, advance
from crosshold.deal.days import calendar_note, calendar_of, later
from crosshold.deal.ledger import EXACT, Entry, Ledger
from crosshold.deal.outcome import Executed, Outcome
from crosshold.deal.plan import Plan
from crosshold.deal.step import Step
from crosshold.deal.view import View, view
from crosshold.deal.votes import Counter, Votes
from crosshold.errors import CrossholdError, Finding, Findings, PlanError, UndeterminedError
from crosshold.law.ballot import Ballot
from crosshold.law.book import RuleBook
from crosshold.model.snapshot import Snapshot

if TYPE_CHECKING:
    from crosshold.deal.order import OrderCheck

__all__ = ["Outcome", "order_check", "simulate"]

STRICT = ("W_PASSIVE_CROSS", "W_RULE_UNVERIFIED", "W_SUBSIDIARY_HOLDS_PARENT")
"""Warnings that ``strict: stop`` turns into errors."""
_NOT_FACT = ("reported", "rumoured", "disputed", "denied", "unanswered", "projected", "retracted")


def simulate(snapshot: Snapshot, plan: Plan, *, rules: RuleBook | None = None, past: Sequence[Snapshot] = ()) -> Outcome:
    """Execute ``plan`` on ``snapshot`` (not touched) under the rules it chose, from the book ``rules`` (default: the bundled one).

    ``past`` are earlier Snapshots, oldest first, for rules on a rise within some months: see :meth:`Register.earlier`.
    Raises ``PlanError`` when a step cannot be executed: it carries what bars the step and, in ``outcome``, everything up to the step
    before. A law with several outcomes does not stop: votes are then ``None`` (``W_VOTES_UNSETTLED``), unless a step depends on them.
    """
    unknown = plan.check(snapshot)
    if unknown:
        raise PlanError(unknown)
    count = Counter(rules)
    outcome = run(snapshot, plan, count, past)
    if plan.options.order_check:
        return replace(outcome, order_check=order_check(snapshot, plan, count=count).to_dict(exact=True))
    return outcome


def order_check(
    snapshot: Snapshot, plan: Plan, *, rules: RuleBook | None = None, seed: int = 1, count: Counter | None = None
) -> OrderCheck:
    """Every order that the plan allows, see :func:`crosshold.deal.order.order_check`."""
    from crosshold.deal.order import order_check as check

    return check(snapshot, plan, rules=rules, seed=seed, count=count)


def run(snapshot: Snapshot, plan: Plan, count: Counter, past: Sequence[Snapshot] = ()) -> Outcome:
    """One pass through a plan whose names are known, without its order check."""
    with localcontext(EXACT):
        return _Run(snapshot, plan, count, past).outcome()


class _Run:
    """The path so far."""

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
        for step in self.plan.ordered():
            day = self.day(step)
            self._due(day)
            self._execute(step, day)
        self._due(date.max)
        return self._result()

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
            raise PlanError([*error.findings, _stopped(step, self.steps)], self._result()) from error

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

    def _result(self) -> Outcome:
        steps, plan, first = tuple(self.steps), self.plan, self.start.snapshot
        cash = None
        if plan.group in first.groups:
            cash = sum((s.group_cash for s in steps if s.group_cash), accounts.GroupCash(first.currency))
        steps = tuple(self._inside(s, cash) for s in steps)
        path = [(s.step.id, [e.to_dict(exact=True) for e in s.events]) for s in steps]
        views = [("start", self.start), *((s.step.id, s.view) for s in steps)]
        fund_entries = [e for s in steps if s.step.fund_money() for e in s.entries]
        found = Findings([*self.findings, *(f for s in steps for f in s.findings), *self._remarks(path)])
        if plan.fund:
            found.extend(fund.findings(plan.fund, fund_entries))
        bases = {str(line["name"]): str(line["basis"]) for line in first.watch}
        pair = partners.pair(self.start)
        versions = {"engine": version("crosshold"), "rules": self.start.votes.ballot.book_hash}
        return Outcome(
            plan=plan, start=self.start, steps=steps, settings=self._settings(), versions=versions,
            peak=watch.peaks([(name, v.watch) for name, v in views], bases), peak_stakes=_peak_stakes(views),
            path_only_events=tuple(watch.path_only(path)),
            sources_and_uses=accounts.sources_and_uses([(s.step.id, s.entries, s.sales) for s in steps]), group_cash=cash,
            fund=fund.result(plan.fund, self.now.snapshot, fund_entries),
            balance={"start": partners.balances(self.start, pair), "end": partners.balances(self.now, pair)},
            viability={
                "start": partners.viability(self.start, pair), "end": (last := partners.viability(self.now, pair)),
                **fund.viability(plan.fund, fund_entries, last),
            }, findings=tuple(found),
        )  # fmt: skip

    def _inside(self, executed: Executed, whole: accounts.GroupCash | None) -> Executed:
        """The step with ``W_GROUP_CASH`` when some of its proceeds come from the group's own purse."""
        if executed.group_cash is None or executed.group_cash.internal == 0 or whole is None:
            return executed
        needed = fund.committed_in(self.plan.fund, self.start.snapshot)
        outside = whole.external - whole.frictions
        promised = self.plan.fund is not None and bool(self.plan.fund.commitments)
        covered = not promised or (needed is not None and outside >= needed)
        message = accounts.internal_message(executed.group_cash, needed, outside)
        found = Finding("W_GROUP_CASH", message, "Count outside money only.", f"step {executed.step.id}", lowered=covered)
        return replace(executed, findings=(*executed.findings, found))

    def _remarks(self, path: list[tuple[str, list[dict[str, Any]]]]) -> Findings:
        """What is true of the plan as a whole."""
        found = Findings()
        for (rule, issuer, who, _, _), times in watch.toggles([row for _, row in path]).items():
            message = f"{rule} flips {times} times on the path for {who} in {issuer}."
            found.add("W_TOGGLE", message, "Try another order of the steps.", "plan")
        status = self.plan.status
        if status.get("stance") in _NOT_FACT:
            claim = f" (claim {status['claim']})" if status.get("claim") else ""
            message = f"the plan rests on something {status['stance']}{claim}, not on a fact."
            found.add("W_REPORTED_NOT_FACT", message, "Read every result as 'if the report is right'.", "plan")
        sold = [sale for s in self.steps if s.step.tax is None for sale in s.sales if not sale.payee.startswith("@")]
        if sold:
            who = ", ".join(sorted({sale.payee for sale in sold}))
            message = f"no tax slot is named for the sales of {who}: their tax is unknown, not zero."
            found.add("W_TAX_UNSET", message, "Give the steps a 'tax' slot and set options.taxes.", "plan")
        return found

    def _settings(self) -> dict[str, Any]:
        rules = self.start.snapshot.rules
        return {
            "strict": self.plan.options.strict, "packs": list(rules.packs), "only": rules.only, "readings": dict(rules.settings),
            "accept": list(rules.accept), "believe": self.start.snapshot.believe, "group": self.plan.group or None,
            "currency": self.start.snapshot.currency,
            "known_by": str(self.start.snapshot.known_by) if self.start.snapshot.known_by else None,
        }  # fmt: skip


def _ended(state: Snapshot, votes: Votes) -> Snapshot:
    """The state in which contracts that lapsed today stay ended, whatever comes back later."""
    lapsed = {
        event["contract"] for event in votes.ballot.contract_events if event["kind"] == "contract_lapsed" and event["certain"]
    }
    if not lapsed & {contract.get("id") for contract in state.contracts}:
        return state
    until = state.at.isoformat()
    return state.evolve(contracts=tuple({**c, "until": until} if c.get("id") in lapsed else c for c in state.contracts))


def _peak_stakes(views: list[tuple[str, View]]) -> dict[str, dict[str, dict[str, Any]]]:
    """Per issuer and holder the highest share of issued on the path."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for issuer in views[-1][1].stakes:
        values = [(name, {h: s.on("issued") for h, s in v.stakes.get(issuer, {}).items()}) for name, v in views]
        found[issuer] = watch.peaks(values, {})
    return found


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
