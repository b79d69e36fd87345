"""What the Ballot says, in words: why votes are nil, who controls, how near the lines are."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction

from crosshold.deal.outcome import Outcome
from crosshold.deal.view import View
from crosshold.law.ballot import Ballot
from crosshold.law.book import book_for
from crosshold.law.judge import Judge
from crosshold.law.rule import Rule
from crosshold.law.truth import TRUE
from crosshold.law.verdict import evidence
from crosshold.model.snapshot import Snapshot
from crosshold.report.balance_map import group
from crosshold.report.figures import count, percent, sign
from crosshold.report.holders import HolderRow, rows_of_ballot
from crosshold.report.scene import Scene
from crosshold.report.scene_build import State, build_pair
from crosshold.report.story import NearLine, RuleRow

Names = Mapping[str, str]
Pair = tuple[str, str]
HALF = Fraction(1, 2)
BASIS = {"gross_votes": "gross votes", "exercisable_votes": "votes that can be exercised", "issued": "shares issued",
         "outstanding": "outstanding shares", "theoretical_votes": "theoretical votes"}  # fmt: skip


def rules_of(snapshot: Snapshot) -> dict[str, Rule]:
    """The rows in force for a Snapshot, by id."""
    chosen = book_for(snapshot.rules).select(snapshot.rules, snapshot.at)
    return {**chosen.definitions, **{rule.id: rule for rule in chosen.rules}}


def rules_named(text: str, snapshot: Snapshot) -> tuple[RuleRow, ...]:
    """The rules in force whose ids occur in a text."""
    ids = set(re.findall(r"[A-Z]{2,4}(?:-[A-Z0-9]+)+", text))
    return tuple(
        RuleRow(rule.id, rule.title, rule.law, rule.confidence, rule.read_on.isoformat() if rule.read_on else "")
        for name, rule in sorted(rules_of(snapshot).items()) if name in ids
    )  # fmt: skip


def state_of(view: View) -> State:
    """A moment for the chart: holder rows, and who controls whom directly, with the reason."""
    rows = rows_of_ballot(view.snapshot, view.votes.ballot)
    return State(view.snapshot, rows, controls_of(view.votes.ballot, rows))


def scenes_of(outcome: Outcome) -> tuple[Scene, Scene]:
    """The chart before and after a plan."""
    then = outcome.plan.title or outcome.plan.id or "the plan"
    titles = (f"Before: {outcome.start.snapshot.at}", f"After: {then}")
    return build_pair(state_of(outcome.start), state_of(outcome.end), titles=titles)


def near_lines(found: Ballot, snapshot: Snapshot, names: Names, pair: Pair | None, most: int = 10) -> tuple[NearLine, ...]:
    """The next lines: those whose crossing would move votes first, then between the two companies, then any other, nearest first."""
    rules = rules_of(snapshot)
    rows: dict[tuple[object, ...], tuple[tuple[bool, bool, Fraction], NearLine]] = {}
    inside = {party for company in pair or () for party in group(snapshot, company)}
    for line in found.near():
        ours = line.issuer in (pair or ()) and any(party in inside for party in line.holder)
        rule = rules.get(line.rule)
        told = NearLine(
            rule=line.rule, who=" with ".join(names.get(party, party) for party in line.holder[:3]),
            issuer=names.get(line.issuer, line.issuer), basis=BASIS.get(line.basis, line.basis), now=line.now, op=line.op,
            threshold=line.threshold, distance=line.distance, met=line.met, meaning=rule.title if rule else "",
            would_change=bool(line.would_change),
        )  # fmt: skip
        key = (line.rule, line.holder, line.issuer, line.threshold, line.basis)
        rows.setdefault(key, ((not told.would_change, not ours, abs(line.distance)), told))
    ordered = sorted(rows.values(), key=lambda row: row[0])
    return tuple(told for _, told in ordered[:most])


def reasons_in_words(found: Ballot, snapshot: Snapshot, names: Names) -> tuple[str, ...]:
    """Why votes are nil: for every silent holder the rule, what it says, its law, and the test that it met."""
    rules = rules_of(snapshot)
    told: dict[str, None] = {}
    for row in (row for rows in rows_of_ballot(snapshot, found).values() for row in rows if row.suspended_by):
        who, issuer = names[row.holder], names[row.issuer]
        left = "none of them can be used" if not row.exercisable else f"{count(row.exercisable)} of them can be used"
        told[f"{who}: {count(row.gross)} votes are attached to its {count(row.shares)} shares of {issuer}; {left}."] = None
        for name in row.suspended_by:
            told[_cited(rules[name])] = None
            for definition in rules[name].definitions:
                told[_cited(rules[definition])] = None
            told |= dict.fromkeys(_steps(found, row, name, names))
    return tuple(told)


def _steps(found: Ballot, row: HolderRow, rule: str, names: Names) -> list[str]:
    """The tests by which a rule reached a holder, in the order of the proof: its own, then those by which control got there."""
    told = []
    outcome = found.outcomes[0]
    for action, value in zip(outcome.actions, outcome.judged[1], strict=True):
        if value != TRUE or (action.rule.id, action.issuer, action.holder) != (rule, row.issuer, row.holder):
            continue
        own, steps = evidence(action, outcome)
        reached = [next((line for line in step.lines if line.met), None) for step in steps]
        for line in (*own, *(line for line in reached if line)):
            who = " with ".join(names[party] for party in line.group[:2])
            ground = f"{line.clause} of {line.rule}" if line.clause else line.rule
            part = percent(Fraction(line.part, line.whole)) if line.whole else "no part"
            told.append(
                f"Here {who} has {part} of {names[line.issuer]}'s {BASIS.get(line.basis, line.basis)}, "
                f"{sign(line.op)} {line.threshold} ({ground})."
            )
    return told


def why_nil(found: Ballot, snapshot: Snapshot, names: Names) -> str:
    """The first holder without votes and the reason, in one sentence; empty when nobody is silent."""
    rules = rules_of(snapshot)
    for row in (row for rows in rows_of_ballot(snapshot, found).values() for row in rows if row.status == "no_votes"):
        rule = rules[row.suspended_by[0]]
        title = rule.title[0].lower() + rule.title[1:]
        tests = _steps(found, row, rule.id, names)
        here = f" {tests[0]}" if tests else ""
        return f"{names[row.holder]}'s votes in {names[row.issuer]} are nil by {rule.id}: {title}.{here}"
    return ""


def _cited(rule: Rule) -> str:
    return f"{rule.id}: {rule.title} ({rule.law}; confidence {rule.confidence}). {rule.text}"


def controls_of(found: Ballot, rows: Mapping[str, Sequence[HolderRow]]) -> dict[Pair, str]:
    """Who controls whom by a stake of its own, in words: by majority, else as a control definition of the rules presumes."""
    direct = {(row.holder, row.issuer): row for held in rows.values() for row in held if not row.own and row.shares}
    told = {
        pair: "control: majority"
        for pair, row in direct.items()
        if (row.votes_share or 0) > HALF and not row.holder.startswith("~")
    }
    for outcome in found.outcomes[:1]:
        for head, definition in dict.fromkeys((a.issuer, name) for a in outcome.actions for name in a.rule.definitions):
            for step in Judge(outcome.bench, outcome.kept).control.chain(head, definition):
                pair = (head, step.company)
                if step.value == TRUE and pair in direct and any(line.met for line in step.lines):
                    told.setdefault(pair, f"presumed control ({definition})")
    return told


def controls_in_words(state: State, names: Names) -> tuple[str, ...]:
    """A sentence for each direct control relation."""
    return tuple(f"{names[a]} in {names[b]}: {why}." for (a, b), why in sorted(state.controls.items()))
