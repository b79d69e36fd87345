"""Watch lines of a case, and what happened on a path: crossings, toggles, what was undone, peaks (spec/deal 7, 8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

from crosshold.deal.stress import CERTAIN, IMPOSSIBLE, POSSIBLE, verdict
from crosshold.model.snapshot import Record, Snapshot

_ORDER = (IMPOSSIBLE, POSSIBLE, CERTAIN)
OPPOSITE = {
    "bound": "freed", "down": "up", "freed": "bound", "released": "suspended", "suspended": "released", "up": "down",
}  # fmt: skip


class Happening(Protocol):
    """What events of the law and of watch lines have in common."""

    def to_dict(self, *, exact: bool = False) -> dict[str, Any]:
        """JSON form with rule, subject, direction, passive, from, to, base, threshold."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A watched stake with its bounds; not ``sure`` when only its middle is known though data are uncertain."""

    low: Fraction
    mid: Fraction
    high: Fraction
    sure: bool = True

    def verdict(self, op: str, threshold: Fraction) -> str:
        """Whether it passes a line; exact."""
        return verdict(self.low, self.high, op, threshold, closed_high=True)


@dataclass(frozen=True)
class Crossing:
    """A user's line was crossed: ``up`` when its test became true or possible, ``down`` when it became false or open.

    ``certainty`` is POSSIBLE where the data leave open on which side the stake was or is.
    """

    rule: str
    issuer: str
    holders: tuple[str, ...]
    direction: str
    before: Fraction
    after: Fraction
    basis: str
    op: str
    threshold: Fraction
    passive: bool
    certainty: str = CERTAIN

    def to_dict(self, *, exact: bool = False) -> dict[str, Any]:
        """JSON form; the threshold is always exact."""

        def number(value: Fraction) -> str | float:
            return str(value) if exact else float(value)

        who = {"holder": self.holders[0]} if len(self.holders) == 1 else {"group": list(self.holders)}
        return {
            "rule": self.rule, "subject": {"issuer": self.issuer, **who}, "direction": self.direction, "passive": self.passive,
            "from": number(self.before), "to": number(self.after), "base": self.basis, "op": self.op,
            "threshold": str(self.threshold), "certainty": self.certainty, "citation": None, "waiver": None,
        }  # fmt: skip


def crossings(
    lines: Iterable[Record],
    before: Mapping[str, Watched | None],
    after: Mapping[str, Watched | None],
    acted: set[tuple[str, str]],
) -> list[Crossing]:
    """Lines whose verdict changed. ``acted`` are the (issuer, holder) pairs whose own lots changed in the step."""
    found = []
    for line in lines:
        name, issuer, holders = str(line["name"]), str(line["issuer"]), tuple(str(h) for h in line["holders"])
        then, now = before.get(name), after.get(name)
        if then is None or now is None:
            continue
        passive = not any((issuer, holder) in acted for holder in holders)
        for threshold in (Fraction(str(t)) for t in line["at"]):
            was, is_ = then.verdict(line["op"], threshold), now.verdict(line["op"], threshold)
            if was != is_:
                direction = "up" if _ORDER.index(is_) > _ORDER.index(was) else "down"
                sure = then.sure and now.sure and POSSIBLE not in (was, is_)
                found.append(
                    Crossing(
                        f"watch:{name}", issuer, holders, direction, then.mid, now.mid, line["basis"], line["op"], threshold, passive,
                        CERTAIN if sure else POSSIBLE,
                    )
                )  # fmt: skip
    return found


def acted(before: Snapshot, after: Snapshot) -> set[tuple[str, str]]:
    """``(issuer, holder)`` whose shares in the issuer are not what they were."""
    pairs = {(lot.issuer, lot.holder) for state in (before, after) for lot in state.lots}
    return {(issuer, holder) for issuer, holder in pairs if before.held(holder, issuer) != after.held(holder, issuer)}


def event_key(event: Mapping[str, Any]) -> tuple[str, ...]:
    """What makes two events opposite moves of one thing."""
    subject = event.get("subject") or {}
    who = subject.get("holder") or ",".join(map(str, subject.get("group") or ()))
    return str(event.get("rule")), str(subject.get("issuer")), str(who), str(event.get("base")), str(event.get("threshold"))


def toggles(path: Sequence[Sequence[Mapping[str, Any]]]) -> dict[tuple[str, ...], int]:
    """Law or contract lines that flipped twice or more on the path, with how often; watch lines never toggle."""
    flips: dict[tuple[str, ...], int] = {}
    for event in (e for events in path for e in events):
        if not str(event.get("rule")).startswith("watch:") and event.get("direction") in OPPOSITE:
            flips[event_key(event)] = flips.get(event_key(event), 0) + 1
    return {key: count for key, count in flips.items() if count >= 2}


def path_only(path: Sequence[tuple[str, Sequence[Mapping[str, Any]]]]) -> list[dict[str, Any]]:
    """Events that a later one undoes, with the step of each; the later one counts as path only too."""
    open_: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    undone: list[dict[str, Any]] = []
    for step, events in path:
        for event in events:
            stack = open_.setdefault(event_key(event), [])
            here = {"step": step, **event}
            if stack and stack[-1].get("direction") == OPPOSITE.get(str(event.get("direction"))):
                undone += [stack.pop(), here]
            else:
                stack.append(here)
    return undone


def peaks(path: Sequence[tuple[str, Mapping[str, Fraction | None]]], basis: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """The highest value of each name on the path, the first step that had it; the start counts."""
    best: dict[str, dict[str, Any]] = {}
    for step, values in path:
        for name, value in values.items():
            if value is not None and (name not in best or value > best[name]["value"]):
                best[name] = {"value": value, "step": step, "basis": basis.get(name, "issued")}
    return best
