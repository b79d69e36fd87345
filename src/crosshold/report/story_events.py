"""What the law and the watch lines say on a plan's way, one sentence a ladder."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from crosshold.deal.outcome import Outcome
from crosshold.report.figures import count, percent
from crosshold.report.story_law import BASIS, Names


def events_in_words(outcome: Outcome, names: Names) -> tuple[str, ...]:
    """What happens on the way, step by step: votes and contracts first, then lines; the rungs of one ladder in one sentence."""
    told = []
    for executed in outcome.steps:
        events = [event.to_dict(exact=True) for event in executed.events]
        told += [f"{executed.step.id}: {line}" for line in happenings(events, names)]
    return tuple(told)


def happenings(events: Sequence[Mapping[str, Any]], names: Names) -> list[str]:
    """The events of one step as sentences. A group's event stands for the same one of its members."""
    ladders: dict[tuple[object, ...], list[Mapping[str, Any]]] = {}
    for event in events:
        parties = _parties(event)
        wider = any(
            set(parties) < set(_parties(e))
            and all(e.get(k) == event.get(k) for k in ("rule", "direction", "from", "to", "threshold"))
            for e in events
        )
        if not wider:
            issuer = event["subject"].get("issuer")
            key = (issuer, *parties, *(str(event.get(k)) for k in ("rule", "direction", "base", "from", "to")))
            ladders.setdefault(key, []).append(event)

    def weight(rungs: list[Mapping[str, Any]]) -> int:
        order = ("suspended", "released", "lapsed", "opened", "bound", "freed", "breached")
        direction = str(rungs[0].get("direction"))
        return order.index(direction) if direction in order else len(order) + (len(rungs) > 1)

    return [event_in_words(rungs[0], names, rungs) for rungs in sorted(ladders.values(), key=weight)]


def _parties(event: Mapping[str, Any]) -> list[str]:
    subject = event.get("subject") or {}
    return [subject["holder"]] if subject.get("holder") else list(subject.get("group") or ())


def event_in_words(event: Mapping[str, Any], names: Names, rungs: Sequence[Mapping[str, Any]] = ()) -> str:
    """One event as a sentence with its rule; ``rungs`` are the events of the same ladder in one step."""
    who = " with ".join(names.get(party, party) for party in _parties(event)) or "a holder"
    issuer = event["subject"].get("issuer", "")
    issuer = names.get(issuer, issuer)
    rule, direction = str(event.get("rule")), str(event.get("direction"))
    rule = f'watch line "{rule.removeprefix("watch:")}"' if rule.startswith("watch:") else rule
    rest = ", without acting" if event.get("passive") else ""
    rest += ", confidence C" if event.get("confidence") == "C" else ""
    whole = {
        "suspended": f"{who}'s votes in {issuer} are suspended", "released": f"{who}'s votes in {issuer} come back",
        "lapsed": f"the contract on {who} in {issuer} ends", "opened": f"a right of {who} in {issuer} opens",
        "bound": f"the cap on {who}'s votes in {issuer} bites", "freed": f"the cap on {who}'s votes in {issuer} no longer bites",
        "breached": f"{who} breaks the contract on {issuer}",
    }  # fmt: skip
    if direction in whole:
        said = re.sub(r"\b\w+\b", lambda word: names.get(word[0], word[0]), str(event.get("cause") or ""))
        said = re.sub(r"\b\d{5,}\b", lambda number: count(int(number[0])), said)
        cause = f" ({said})" if said and direction in ("breached", "lapsed", "opened") else ""
        return f"{rule}: {whole[direction]}{cause}{rest}"
    basis = BASIS.get(str(event.get("base")), str(event.get("base") or ""))
    lines = sorted({Fraction(e["threshold"]) for e in rungs or [event] if e.get("threshold") is not None})
    word = {"up": "rises past", "down": "falls below"}.get(direction, direction)
    line = str(lines[0]) if lines else "a line"
    if len(lines) > 1:
        word, ends = ("rises", (lines[0], lines[-1])) if direction == "up" else ("falls", (lines[-1], lines[0]))
        line = f"past {len(lines)} lines from {ends[0]} to {ends[1]}"
    moved = ""
    if event.get("from") is not None and event.get("to") is not None:
        moved = f" ({percent(Fraction(str(event['from'])))} → {percent(Fraction(str(event['to'])))})"
    return f"{rule}: {who} in {issuer} {word} {line}{f' of {basis}' if basis else ''}{moved}{rest}"
