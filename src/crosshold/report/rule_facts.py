"""What a rule says, in the words of a reader: whom it reaches, its test, its effect, its dates, its source, what it leaves open.

As Markdown for the chapters of the documentation; :func:`plain` takes the marks away for a terminal.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from crosshold.law.rule import Effect, Party, Rule
from crosshold.law.vocabulary import DAYS, DEADLINE

LETTERS = {
    "A": "the text was read",
    "B": "a secondary source was read",
    "C": "from memory, to verify; takes no vote unless accepted",
}
_STATUS = {"proposed": "never applied", "superseded": "superseded", "in_force": ""}
_OPEN = {"attribution": "read both ways", "basis": "read both ways"}
_QUORUM = {
    "exclude": "out of the quorum", "exclude_everywhere": "out of the quorum and of every ownership test",
    "exclude_from_issued": "out of the number of issued shares at the meeting", "keep": "still in the quorum", "na": "",
    "unstated": "the text says nothing about the quorum",
}  # fmt: skip
ROLES = "I is the company whose meeting it is, H the holder of its shares, X and Y any two parties."


def facts(rule: Rule) -> dict[str, str]:
    """Every fact of a row that has something to say, in a reader's order."""
    data = rule.to_dict()
    said: dict[str, str] = {
        "Law": f"{rule.law} ({rule.jurisdiction}, {_word(rule.kind)})",
        "In force": ", ".join(filter(None, (span(rule), _STATUS[rule.status]))),
        "Reaches": _reach(rule),
        "Test": _code(data.get("when")),
        "Not where": _code(data.get("unless")),
        "Parts": "; ".join(f"*{name}* {_code(text)}" for name, text in (data.get("clauses") or {}).items()),
        "Lines": _lines(rule),
        "Effect": "; ".join(_effect(effect) for effect in rule.effects),
        "Majority": data["majority"] or "",
        "Limit": data["limit"] or "",
        "Labels": ", ".join(f"*{clause}* {_word(flag)}" for clause, flag in rule.flags.items()),
        "Duty": _duty(rule.duty),
        "Day that counts": DAYS[rule.at] if rule.at != "continuous" else "",
        "Waiver": rule.waiver or "",
        "Left open by the text": ", ".join(f"{_word(point)} ({_OPEN.get(point, 'told')})" for point in rule.open),
        "Sure": "; ".join(
            [f"{rule.confidence}, {LETTERS[rule.confidence]}", *(f"*{_word(k)}* {v}" for k, v in rule.parts.items())]
        ),
        "Source": rule.source + (f", read {rule.read_on}" if rule.read_on else ""),
        "Note": rule.note,
    }
    return {key: flat(value) for key, value in said.items() if value}


def plain(markdown: str) -> str:
    """The same without marks of emphasis and code."""
    return re.sub(r"(?<!\w)\*([^*`]+)\*(?!\w)|`([^`]*)`", lambda found: found[1] or found[2], markdown)


def _effect(effect: Effect) -> str:
    size = {
        "zero": "no votes",
        "excess_over": f"no votes above {effect.share or 'the recorded share'} of {_word(effect.base)}",
        "cap": f"at most {effect.share or 'the recorded share'} of {_word(effect.base)}",
        "multiply": f"gross votes times {effect.factor}",
        "stay": "an authority may suspend the votes",
    }[effect.votes]
    more = (
        f"with {effect.together}" if effect.together else "",
        f"where *{effect.clause}*" if effect.clause else "",
        f"on {', '.join(_word(m) for m in effect.meetings)}" if effect.meetings else "",
        f"not on {', '.join(_word(m) for m in effect.except_meetings)}" if effect.except_meetings else "",
        f"time counts from {effect.clock_from}" if effect.clock_from else "",
        _QUORUM[effect.quorum],
        _duty(effect.duty),
        f"sure only as *{_word(effect.part)}*" if effect.part else "",
    )
    return ", ".join(filter(None, (size, *more)))


def _duty(duty: Mapping[str, str]) -> str:
    what = ", ".join(f"{_word(name)}: {text}" for name, text in duty.items() if name not in DEADLINE)
    when = " ".join(filter(None, (duty.get("within"), f"from {_code(duty['from'])}" if "from" in duty else "")))
    return f"{what} ({when})" if when else what


def _lines(rule: Rule) -> str:
    if rule.ladder is None:
        return ""
    rungs = [str(rung) for rung in rule.ladder.at]
    shown = rungs if len(rungs) <= 20 else [*rungs[:3], "...", rungs[-1]]
    measured = ", ".join(f"*{_word(name)}* {_code(text)}" for name, text in rule.source_text["ladder"].items())
    return f"{rule.ladder.op} {', '.join(shown)} of {measured}"


def _reach(rule: Rule) -> str:
    parts = [f"{who} {_party(party)}" for who, party in (("I", rule.issuer), ("H", rule.holder)) if _party(party)]
    disputed = _party(rule.disputed) if rule.disputed else ""
    return "; ".join([*parts, *([f"disputed for H {disputed}"] if disputed else [])])


def _party(party: Party) -> str:
    listed = {True: "listed", False: "not listed", None: ""}[party.listed]
    places = ", ".join(party.jurisdiction)
    forms = f"as {' or '.join(party.form)}" if party.form else ""
    other = f"but not as {' or '.join(party.except_form)}" if party.except_form else ""
    return " ".join(filter(None, (listed, " or ".join(party.kind), f"of {places}" if places else "", forms, other)))


def span(rule: Rule) -> str:
    """From when to when it is in force."""
    if rule.status == "proposed":
        return "proposed"
    start = "start not known" if rule.start is None else str(rule.start if rule.precision == "day" else rule.start.year)
    return f"{start} to {rule.end}" if rule.end else f"from {start}" if rule.start else start


def _word(name: str) -> str:
    return name.replace("_", " ")


def _code(text: Any) -> str:
    return f"`{flat(str(text))}`" if text else ""


def flat(text: str) -> str:
    """One line of it."""
    return " ".join(str(text).split())
