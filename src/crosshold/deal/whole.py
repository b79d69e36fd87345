"""What is told of a plan as a whole: the path, the money, the fund, the balance, and what to be careful about (spec/deal 18)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from importlib.metadata import version
from typing import Any

from crosshold.deal import accounts, fund, partners, watch
from crosshold.deal.outcome import Executed, Outcome
from crosshold.deal.plan import Plan
from crosshold.deal.view import View
from crosshold.errors import Finding, Findings
from crosshold.model.snapshot import Snapshot

_NOT_FACT = ("reported", "rumoured", "disputed", "denied", "unanswered", "projected", "retracted")


def whole(plan: Plan, start: View, executed: Sequence[Executed], findings: Iterable[Finding]) -> Outcome:
    """The result of a path, or of the part of it that could be executed."""
    first, now = start.snapshot, (executed[-1].view if executed else start)
    cash = None
    if plan.group in first.groups:
        cash = sum((s.group_cash for s in executed if s.group_cash), accounts.GroupCash(first.currency))
    steps = tuple(_inside(s, cash, plan, start) for s in executed)
    path = [(s.step.id, [e.to_dict(exact=True) for e in s.events]) for s in steps]
    views = [("start", start), *((s.step.id, s.view) for s in steps)]
    fund_entries = [e for s in steps if s.step.fund_money() for e in s.entries]
    found = Findings([*findings, *(f for s in steps for f in s.findings), *_remarks(plan, steps, path)])
    if plan.fund:
        found.extend(fund.findings(plan.fund, fund_entries))
    bases = {str(line["name"]): str(line["basis"]) for line in first.watch}
    pair = partners.pair(start)
    versions = {"engine": version("crosshold"), "rules": start.votes.ballot.book_hash}
    return Outcome(
        plan=plan, start=start, steps=steps, settings=_settings(plan, start.snapshot), versions=versions,
        peak=watch.peaks([(name, v.watch) for name, v in views], bases), peak_stakes=_peak_stakes(views),
        path_only_events=tuple(watch.path_only(path)),
        sources_and_uses=accounts.sources_and_uses([(s.step.id, s.entries, s.sales) for s in steps]), group_cash=cash,
        fund=fund.result(plan.fund, now.snapshot, fund_entries),
        balance={"start": partners.balances(start, pair), "end": partners.balances(now, pair)},
        viability={
            "start": partners.viability(start, pair), "end": (last := partners.viability(now, pair)),
            **fund.viability(plan.fund, fund_entries, last),
        }, findings=tuple(found),
    )  # fmt: skip


def _inside(executed: Executed, cash: accounts.GroupCash | None, plan: Plan, start: View) -> Executed:
    """The step with ``W_GROUP_CASH`` when some of its proceeds come from the group's own purse."""
    if executed.group_cash is None or executed.group_cash.internal == 0 or cash is None:
        return executed
    needed = fund.committed_in(plan.fund, start.snapshot)
    outside = cash.external - cash.frictions
    promised = plan.fund is not None and bool(plan.fund.commitments)
    covered = not promised or (needed is not None and outside >= needed)
    message = accounts.internal_message(executed.group_cash, needed, outside)
    found = Finding("W_GROUP_CASH", message, "Count outside money only.", f"step {executed.step.id}", lowered=covered)
    return replace(executed, findings=(*executed.findings, found))


def _remarks(plan: Plan, steps: Sequence[Executed], path: list[tuple[str, list[dict[str, Any]]]]) -> Findings:
    """What is true of the plan as a whole."""
    found = Findings()
    for (rule, issuer, who, _, _), times in watch.toggles([row for _, row in path]).items():
        message = f"{rule} flips {times} times on the path for {who} in {issuer}."
        found.add("W_TOGGLE", message, "Try another order of the steps.", "plan")
    status = plan.status
    if status.get("stance") in _NOT_FACT:
        claim = f" (claim {status['claim']})" if status.get("claim") else ""
        message = f"the plan rests on something {status['stance']}{claim}, not on a fact."
        found.add("W_REPORTED_NOT_FACT", message, "Read every result as 'if the report is right'.", "plan")
    sold = [sale for s in steps if s.step.tax is None for sale in s.sales if not sale.payee.startswith("@")]
    if sold:
        who = ", ".join(sorted({sale.payee for sale in sold}))
        message = f"no tax slot is named for the sales of {who}: their tax is unknown, not zero."
        found.add("W_TAX_UNSET", message, "Give the steps a 'tax' slot and set options.taxes.", "plan")
    return found


def _settings(plan: Plan, start: Snapshot) -> dict[str, Any]:
    rules = start.rules
    return {
        "strict": plan.options.strict, "packs": list(rules.packs), "only": rules.only, "readings": dict(rules.settings),
        "accept": list(rules.accept), "believe": start.believe, "group": plan.group or None,
        "currency": start.currency,
        "known_by": str(start.known_by) if start.known_by else None,
    }  # fmt: skip


def _peak_stakes(views: list[tuple[str, View]]) -> dict[str, dict[str, dict[str, Any]]]:
    """Per issuer and holder the highest share of issued on the path."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for issuer in views[-1][1].stakes:
        values = [(name, {h: s.on("issued") for h, s in v.stakes.get(issuer, {}).items()}) for name, v in views]
        found[issuer] = watch.peaks(values, {})
    return found
