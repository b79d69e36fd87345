"""The answers of the verbs as lines for a terminal: names, aligned tables, the basis and the settings beside every number."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, cast

from crosshold.deal.compare import Comparison
from crosshold.deal.outcome import Outcome
from crosshold.law import DISCLAIMER
from crosshold.law.ballot import Ballot
from crosshold.law.outcome import StableOutcome
from crosshold.law.rule import Rule
from crosshold.measures.control import Control, Ultimate
from crosshold.measures.loops import Loops
from crosshold.measures.owners import Blocked, CloseLinks, Owners
from crosshold.measures.ownership import Ownership
from crosshold.measures.power import Power
from crosshold.measures.value import Value
from crosshold.model.snapshot import Snapshot
from crosshold.report.figures import count, percent, points
from crosshold.report.owning import blocked, links, owning
from crosshold.report.survey import Titles
from crosshold.report.tables import paragraph, table

WIDTH = 108


def lines(result: Any, titles: Snapshot | Titles) -> list[str]:
    """A result as text. What has no telling of its own is told by its ``str``. Only names and titles are taken from a Snapshot."""
    snapshot = cast(Snapshot, titles)
    tellers: dict[type, Callable[[Any, Snapshot], list[str]]] = {
        Blocked: blocked, CloseLinks: links, Comparison: _comparison, Control: _control, Loops: _loops, Outcome: _outcome,
        Owners: owning, Ownership: _ownership, Power: _power, Ultimate: tops, Value: _value,
    }  # fmt: skip
    told = next((tell(result, snapshot) for kind, tell in tellers.items() if isinstance(result, kind)), None)
    return told if told is not None else str(result).splitlines()


def _name(snapshot: Snapshot, entity: str) -> str:
    name = snapshot.name(entity)
    return entity if name == entity else f"{name} ({entity})"


def _head(snapshot: Snapshot, what: str, settings: Mapping[str, Any], *keys: str) -> list[str]:
    said = ", ".join(f"{key} {settings[key]}" for key in keys if settings.get(key) is not None)
    return [f"{snapshot.title or snapshot.case}, {snapshot.at}", f"{what} ({said})", ""]


def _ownership(result: Ownership, snapshot: Snapshot) -> list[str]:
    rows = [
        {"issuer": _name(snapshot, r.issuer), "holder": _name(snapshot, r.holder), "direct": r.direct, "total": r.total}
        for r in sorted(result.rows, key=lambda r: (r.issuer, -(r.total or 0), r.holder))
    ]
    headers = {"issuer": "company", "holder": "holder", "direct": "direct", "total": "with indirect"}
    head = _head(snapshot, "Who owns what", result.settings, "convention", "basis", "method")
    return [*head, *table(rows, headers, shares=("direct", "total"), width=WIDTH).splitlines()]


def _control(result: Control, snapshot: Snapshot) -> list[str]:
    rows = [
        {
            "company": _name(snapshot, r.controlled),
            "controller": _name(snapshot, r.controller),
            "votes": r.votes,
            "steps": r.steps,
        }
        for r in result.rows
    ]
    how = "more than" if result.settings["strict"] else "at least"
    what = f"Who controls whom: {how} {result.settings['threshold']} of {result.settings['basis']}"
    head = _head(snapshot, what, result.settings, "fixpoint")
    if not rows:
        return [*head, "Nobody controls a company at this threshold."]
    headers = {
        "company": "company",
        "controller": "controlled by",
        "votes": f"% of {result.settings['basis']}",
        "steps": "rounds",
    }
    return [*head, *table(rows, headers, shares=("votes",), width=WIDTH).splitlines()]


def tops(result: Ultimate, snapshot: Snapshot) -> list[str]:
    """Who stands at the top, one line a company, and the rings."""
    told = [
        f"At the top of {_name(snapshot, c)}: {', '.join(_name(snapshot, t) for t in who)}." for c, who in result.ultimate.items()
    ]
    return told + [f"A ring, each controlling the other: {', '.join(_name(snapshot, m) for m in ring)}." for ring in result.rings]


def _power(result: Power, snapshot: Snapshot) -> list[str]:
    settings = result.settings
    issuer = settings["issuer"]
    rows = [{"holder": _name(snapshot, who), "votes": result.votes.get(who), "power": x} for who, x in result.values.items()]
    head = _head(snapshot, f"Voting power in {_name(snapshot, issuer)}", settings, "index", "quota", "float", "bloc", "basis")
    headers = {"holder": "holder", "votes": f"% of {settings['basis']}", "power": "power, %"}
    told = [*head, *table(rows, headers, shares=("votes", "power"), width=WIDTH).splitlines()]
    if result.float_value is not None:
        told += ["", f"The dispersed holders together: {percent(result.float_value, 2)} of the power."]
    return told


def _value(result: Value, snapshot: Snapshot) -> list[str]:
    rows = [
        {"company": _name(snapshot, name), "values": _millions(value), "outside": _millions(result.outside_value[name]),
         "own": _millions(result.own_assets[name])}
        for name, value in result.values.items()
    ]  # fmt: skip
    unit = f"{snapshot.currency} million"
    headers = {
        "company": "company",
        "values": f"equity, {unit}",
        "outside": f"for outsiders, {unit}",
        "own": f"own assets, {unit}",
    }
    told = [
        *_head(snapshot, "What each company is worth", result.settings, "basis", "method"),
        *table(rows, headers).splitlines(),
    ]
    if result.double_counting is not None:
        told += [
            "",
            f"The sum of the equities is {float(result.double_counting):.4f} times what outsiders hold: the rest is counted twice.",
        ]
    return told


def _millions(amount: Any) -> int | None:
    return None if amount is None else round(amount / 1_000_000)


def _loops(result: Loops, snapshot: Snapshot) -> list[str]:
    told = _head(snapshot, "Circles of holdings", result.settings, "basis")
    if not result.components:
        return [*told, "There is no circle of holdings."]
    for component in result.components:
        members = ", ".join(_name(snapshot, m) for m in component.members)
        told.append(f"{members}: {component.edges} holdings, {component.cycle_rank} independent circle(s).")
    for loop in result.loops:
        path = " -> ".join([*loop.path, loop.path[0]])
        told.append(f"  {path}: each member owns {percent(loop.gain, 3)} of itself around it")
    return told


def _outcome(result: Outcome, snapshot: Snapshot) -> list[str]:
    told = [f"{result.plan.title or result.plan.id}", ""]
    before = result.start
    for executed in result.steps:
        data = executed.to_dict(exact=True)
        shares = data["compiled"].get("shares")
        size = f" {count(shares)} shares" if isinstance(shares, int) else ""
        told.append(f"{executed.day} {executed.step.id} {executed.step.type}{size}")
        for issuer, stakes in executed.view.stakes.items():
            for holder, stake in stakes.items():
                if before.stakes.get(issuer, {}).get(holder) != stake and not holder.startswith("~"):
                    told.append(f"    {_name(snapshot, holder)} in {_name(snapshot, issuer)}: {_stake(stake)}")
        for entry in data["entries"]:
            told.append(
                f"    pays: {entry['from']} to {entry['to']} {_money(entry['amount'])} {entry['currency']} ({entry['why']})"
            )
        told += [f"    law: {line}" for line in _events(data["events"])]
        before = executed.view
    told += ["", f"Cash at the end, {snapshot.currency}"]
    rows = [
        {"who": _name(snapshot, who), "cash": None if x is None else Decimal(str(x))}
        for who, x in before.to_dict()["cash"].items()
        if who[0] != "@"
    ]
    return [*told, *table(rows, {"who": "who", "cash": "cash"}).splitlines()]


def _money(amount: str) -> str:
    return f"{Decimal(amount):,}"


def _stake(stake: Any) -> str:
    votes = (
        "no vote can be exercised"
        if stake.exercisable_votes is None
        else f"{_ratio(stake.exercisable_votes)} of exercisable votes"
    )
    return f"{count(stake.shares)} shares, {_ratio(stake.issued)} of issued, {votes}"


def _ratio(value: Any) -> str:
    return percent(value, 4) if isinstance(value, (Fraction, float, int)) else str(value)


def _events(events: Iterable[Mapping[str, Any]]) -> list[str]:
    """One line a rule and party; the rungs of a ladder that were passed together stand on one line."""
    rungs: dict[tuple[str, ...], list[str]] = {}
    for event in events:
        subject = event["subject"]
        who = subject.get("holder") or " + ".join(subject.get("group") or ())
        how = "without acting" if event["passive"] else ""
        key = (event["rule"], event["direction"], f"{who} in {subject.get('issuer')}", how, event.get("base") or "")
        rungs.setdefault(key, []).extend([str(event["threshold"])] if event.get("threshold") is not None else [])
    told = []
    for (rule, direction, pair, how, base), lines_passed in rungs.items():
        passed = sorted(set(lines_passed), key=Fraction)
        at = f", line {', '.join(passed)} of {base}" if passed else ""
        told.append(f"{rule} {direction}: {pair}{at}{f' ({how})' if how else ''}")
    return told


def _comparison(result: Comparison, snapshot: Snapshot) -> list[str]:
    settings = result.settings
    moved = [row for row in result.rows if row.before != row.after]
    rows = [
        {"issuer": row.issuer, "holder": row.holder, "base": row.base, "before": _share(row.before), "after": _share(row.after),
         "change": _change(row.before, row.after)}
        for row in moved
    ]  # fmt: skip
    head = [f"{snapshot.title or snapshot.case}: {settings['before']} against {settings['after']}", ""]
    if not rows:
        return [*head, "No stake differs."]
    headers = {"issuer": "company", "holder": "holder", "base": "% of", "before": "before", "after": "after", "change": "change"}
    told = [*head, *table(rows, headers, width=WIDTH).splitlines()]
    told += [
        "",
        *(f"cash of {who}: {c['before']} -> {c['after']}" for who, c in result.cash.items() if c["before"] != c["after"]),
    ]
    told += [
        f"control of {who}: {_list(c['before'])} -> {_list(c['after'])}"
        for who, c in result.control.items()
        if c["before"] != c["after"]
    ]
    return [*told, *(f"law: {line}" for line in _events(result.events))]


def _change(before: Any, after: Any) -> str:
    numbers = isinstance(before, (int, Fraction)) and isinstance(after, (int, Fraction))
    return points(Fraction(after) - before, 2) if numbers else "-"


def _share(value: Any) -> str:
    return "-" if value is None else _ratio(value)


def _list(names: Sequence[str]) -> str:
    return ", ".join(names) or "nobody"


def votes(ballot: Ballot, issuers: Sequence[str]) -> list[str]:
    """Per company who can vote what and why not; with several outcomes each of them, and what would settle it."""
    snapshot = ballot.snapshot
    told = [f"{snapshot.title or snapshot.case}, {snapshot.at}", ""]
    for number, outcome in enumerate(ballot.outcomes, 1):
        if len(ballot.outcomes) > 1:
            readings = "; ".join(", ".join(f"{k} {v}" for k, v in reading.items()) or "any" for reading in outcome.readings)
            told += [f"Outcome {number} of {len(ballot.outcomes)} (reading: {readings})", ""]
        for issuer in issuers:
            told += [*_company(outcome, issuer, snapshot), ""]
    told += _near(ballot, issuers)
    return [*told, *paragraph(DISCLAIMER, WIDTH)]


def _company(outcome: StableOutcome, issuer: str, snapshot: Snapshot) -> list[str]:
    stakes, rows = outcome.stakes(issuer), []
    for holder, c in outcome.counts(issuer).items():
        why = ", ".join((*c.suspended_by, *(f"capped by {k}" for k in c.capped_by)))
        if holder == issuer:
            why = why or "own shares"
        rows.append(
            {
                "holder": _name(snapshot, holder), "shares": c.shares, "issued": Fraction(c.shares, snapshot.issuers[issuer].issued),
                "gross": c.gross, "exercisable": c.exercisable, "share": stakes.get(holder), "why": why,
                "sure": "" if c.certainty == "CERTAIN" else c.certainty.lower(),
            }
        )  # fmt: skip
    headers = {
        "holder": "holder", "shares": "shares", "issued": "% of issued", "gross": "gross votes", "exercisable": "exercisable",
        "share": "% of exercisable", "why": "why",
    }  # fmt: skip
    if any(row["sure"] for row in rows):
        headers["sure"] = "certainty"
    head = f"{_name(snapshot, issuer)}: {count(outcome.gross_total(issuer))} gross votes, "
    head += f"{count(outcome.exercisable_total(issuer))} of them exercisable"
    return [head, *table(rows, headers, shares=("issued", "share"), width=WIDTH, keep=("why",)).splitlines()]


def _near(ballot: Ballot, issuers: Sequence[str]) -> list[str]:
    """The lines between companies that hold each other: how far, and whose votes change there."""
    told = []
    for line in ballot.near():
        if line.would_change and line.issuer in issuers and line.now:
            side = f"{points(abs(line.distance), 2).lstrip('+')} {'below' if line.distance > 0 else 'beyond'}"
            who = " + ".join(line.holder)
            changed = dict(line.would_change)
            told.append(
                f"  {line.rule}: {who} in {line.issuer} at {percent(line.now, 2)} of {line.measure}, {side} the line {line.op} "
                f"{line.threshold} ({line.votes_to_flip:+,} votes); there the votes of {changed['holder']} in {changed['issuer']} change."
            )
    return ["Nearest lines of law between the partners", *told, ""] if told else []


def rule_table(rules: Sequence[Rule]) -> list[str]:
    """One line a rule."""
    rows = [
        {
            "id": r.id,
            "from": str(r.start or "?"),
            "to": str(r.end or ""),
            "kind": r.kind,
            "sure": r.confidence,
            "title": r.title,
        }
        for r in rules
    ]
    headers = {"id": "rule", "from": "from", "to": "to", "kind": "kind", "sure": "sure", "title": "what it is about"}
    return [*table(rows, headers, width=WIDTH + 12, keep=("id", "kind")).splitlines(), "", *paragraph(DISCLAIMER, WIDTH)]


def rule_page(rule: Rule) -> list[str]:
    """A rule in plain words: what it says, its inequality, its dates, its source, what is open."""
    data = rule.to_dict()
    told = [f"{rule.id}: {rule.title}", "", *paragraph(data["text"], WIDTH), ""]
    cite, valid = data["cite"], data["valid"]
    fields = {
        "law": f"{cite['law']} ({data['jurisdiction']}, {data['kind']})",
        "in force": f"{valid.get('from') or '?'} to {valid.get('to') or 'today'}",
        "when": data.get("when"),
        "unless": data.get("unless"),
        **{f"clause {name}": text for name, text in (data.get("clauses") or {}).items()},
        "effect": "; ".join(_effect(effect) for effect in data["effects"]),
        "lines": ", ".join(data["lines"]),
        "majority": data["majority"],
        "duty": data["duty"],
        "open": ", ".join(data.get("open") or ()),
        "confidence": data["confidence"],
        "weaker parts": data.get("parts"),
        "source": f"{cite['source']}, read {cite.get('read_on') or '(from memory, to verify)'}",
        "note": data.get("note"),
    }
    for name, value in fields.items():
        if value:
            told += paragraph(f"{name}: {_plain(value)}", WIDTH, "    ")
    return [*told, "", *paragraph(DISCLAIMER, WIDTH)]


def _effect(effect: Mapping[str, Any]) -> str:
    sized = effect.get("votes") in ("cap", "excess_over", "multiply")
    return _plain({key: value for key, value in effect.items() if sized or key not in ("base", "factor")})


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{key} {_plain(item)}" for key, item in value.items() if item not in (None, {}, []))
    if isinstance(value, (list, tuple)):
        return " | ".join(_plain(item) for item in value)
    return str(value)
