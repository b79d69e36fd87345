"""By whom a claim is told, in what stance and of when: what a match of a rule has beside its numbers (spec/evidence 9.1.5 to 9.1.7)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from crosshold.formats.text.attribution import Speaker, Speech, speaker
from crosshold.formats.text.cues import Rule
from crosshold.formats.text.names import Party
from crosshold.formats.text.proposal import Proposal
from crosshold.formats.text.reference import Context
from crosshold.formats.text.stakes import Stake
from crosshold.formats.text.time import When
from crosshold.formats.text.units import Unit, Verb

STATE = ("present", "past")
_EVENTS = frozenset(("sold", "acquired", "joined", "arrested"))


@dataclass
class Clause:
    """What the rules work on: the units of one clause, the speech it is part of, and the times said in it."""

    units: list[Unit]
    line: str
    speech: Speech
    times: list[Unit]
    flags: frozenset[str]
    text: str
    proposer: Party | None = None
    correction: bool = False
    start: int = 0
    used: set[int] = field(default_factory=set)
    given: list[tuple[int, int, Proposal]] = field(default_factory=list)


class Known(Protocol):
    """What the earlier sentences of the text gave."""

    context: Context
    published: date | None
    proposals: list[Proposal]
    retracted: list[Proposal]


class Telling:
    """One match of one rule: its clause, the speech it is part of, and what follows from them for every claim it gives."""

    def __init__(
        self, known: Known, rule: Rule, match: re.Match[str], clause: Clause, slots: Mapping[str, Unit], verb: Verb
    ) -> None:
        self.known, self.rule, self.match, self.clause, self.slots, self.verb = known, rule, match, clause, slots, verb
        self.context, self.speech = known.context, clause.speech
        self.needs: list[str] = []

    def _speaker(self, row: Mapping[str, Any]) -> tuple[dict[str, Any], Speaker]:
        speaker = self.speech.speaker
        if row["verb"] == "comment" and speaker.kind == "press" and speaker.text is None:
            speaker = self._commenting()
        elif row["verb"] == "timing" and row.get("stance") == "projects" and speaker.kind == "press" and row.get("subject"):
            speaker = Speaker(row["subject"], "company")  # what a company expects is the company's word
        said = {"speaker": speaker.text, "speaker_kind": speaker.kind, "via": speaker.via}
        said["speaks_for"] = speaker.speaks_for.key if speaker.speaks_for and speaker.kind in ("named", "company") else None
        return said, speaker

    def _commenting(self) -> Speaker:
        before = self.clause.units[: self.match.start()]
        cut = max((n + 1 for n, u in enumerate(before) if u.kind in (",", ";", "and", "but")), default=0)
        party = self.slots.get("party")
        if party is not None and not any(
            u.kind in ("spokesperson", "officer") for u in self.clause.units[self.match.start() : self.match.end()]
        ):
            return Speaker(
                party.value.name if party.value.resolved else party.text,
                "company",
                party.value,
                span=(party.start, party.end),
                party=party.value,
            )
        row = before[cut:] or before
        return speaker(row, self.clause.text, self.context) if row else Speaker()

    def _stance(self, row: dict[str, Any], give: Mapping[str, Any]) -> dict[str, Any]:
        stance = str(give.get("stance") or self.speech.stance)
        mood, verb = self.verb.mood, row["verb"]
        if self.speech.stance in ("denies", "declines"):
            stance = self.speech.stance
        elif "stance" not in give:
            if self.verb.negated and not (verb == "holds" and row.get("share") is not None and row["share"].point == 0):
                stance = "denies" if verb != "comment" else "declines"
            elif mood == "future" or (mood not in STATE and not verb.startswith("proposes")):
                stance = "projects"
        if give.get("of") == "last" and self._before and self._before[-1].content["stance"] == "projects":
            stance = "projects"  # "leaving it with 3 percent", of a sale that is yet to come
        if any(u.kind == "if" for u in self.clause.units) and mood != "past" and stance in ("reports", "projects"):
            stance = "projects"
            row["condition"] = self._if_text()
        row["stance"] = stance
        return {"stance": stance, **self._speaker(row)[0]}

    @property
    def _before(self) -> list[Proposal]:
        return [p for start, _, p in self.clause.given if start < self.match.start()]

    def _if_text(self) -> str:
        units = self.clause.units
        first = next(n for n, u in enumerate(units) if u.kind == "if")
        last = next((n for n in range(first, len(units)) if units[n].kind == ","), len(units)) - 1
        return " ".join(self.clause.text[units[first].start : units[last].end].split())

    def _when(self, row: dict[str, Any], give: Mapping[str, Any]) -> dict[str, Any]:
        published = self.known.published.isoformat() if self.known.published else None
        found: dict[str, Any] = {"as_of": published if not self._used_to() else None}
        if row["stance"] == "projects" and row["verb"] != "timing":
            found["as_of"] = None
        found |= self._said_on()
        for unit in self._times():
            when: When = unit.value
            if when.day is None:
                continue
            if when.role == "until" and row["verb"] in ("holds", "votes", "bound_by", "controls"):
                found |= {"valid_to": when.day, "as_of": when.day}
            elif row["verb"] == "bound_by" or (when.role == "since" and row["verb"] in ("holds", "votes", "controls")):
                found |= {"valid_from": when.day}
            elif give.get("ends") or give.get("begins"):
                found |= {"as_of": when.day, "valid_to" if give.get("ends") else "valid_from": when.day}
            elif row["verb"] in _EVENTS or (
                row["verb"] in ("holds", "votes", "controls") and row["stance"] != "projects" and when.role != "by"
            ):
                found["as_of"] = when.day
        return found

    def _used_to(self) -> bool:
        verb = self.slots.get("v")
        return verb is not None and "used to" in self.clause.text[verb.start : verb.end].lower()

    def _said_on(self) -> dict[str, Any]:
        lead = self.speech.lead
        days = [
            t.value.day
            for t in self.clause.times
            if lead and lead[0] <= t.start < lead[1] and t.value.day and len(t.value.day) == 10
        ]
        return {"said_on": date.fromisoformat(days[0])} if days else {}

    def _times(self) -> list[Unit]:
        """The times said in this match, or before the first one of the clause."""
        lead = self.speech.lead
        times = [t for t in self.clause.times if not (lead and lead[0] <= t.start < lead[1])]
        starts = sorted({start for start, _, _ in self.clause.given if start > self.match.start()})
        end = self.clause.units[starts[0]].start if starts else None
        return [t for t in times if end is None or t.start < end]

    def _span(self) -> tuple[int, int]:
        """The clause of the claim: from the verb that governs it, when that denies or confirms, to its end."""
        units = self.clause.units
        start, end = min(self.clause.start, units[0].start), units[-1].end
        if self.speech.verb is not None and self.speech.stance != "reports":
            start, end = min(start, self.speech.verb.start), max(end, self.speech.verb.end)
        inside = [t for t in self._times() if start - 40 <= t.start <= end + 2 or t.start >= end]
        end = max([end, *(t.end for t in inside)])
        start = min([start, *(t.start for t in inside)])
        return start, end

    def _condition(self, give: Mapping[str, Any]) -> dict[str, Any] | None:
        asked = give.get("condition")
        if not asked or asked["holder"] not in self.slots or asked["stake"] not in self.slots:
            return None
        stake: Stake = self.slots[asked["stake"]].value
        share = self.slots[asked["share"]].value[0] if asked["share"] in self.slots else stake.share
        if share is None or stake.issuer is None:
            return None
        limit = share.point if share.point is not None else share.low
        return {"holder": self.slots[asked["holder"]].value.key, "issuer": stake.issuer.key, "op": ">", "share": limit}
