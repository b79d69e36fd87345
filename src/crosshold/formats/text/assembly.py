"""Clauses into proposals: the rules of the cue table, tried in order, each number used once (spec/evidence 9.1.6 to 9.1.8)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from crosshold.errors import Finding
from crosshold.formats.text.attribution import Speech
from crosshold.formats.text.claims import Maker
from crosshold.formats.text.cues import Rule, Table
from crosshold.formats.text.names import Party
from crosshold.formats.text.proposal import Proposal
from crosshold.formats.text.reference import Context
from crosshold.formats.text.stakes import Stake, stakes
from crosshold.formats.text.telling import STATE, Clause
from crosshold.formats.text.units import Unit, Verb

_NUMBERED = ("S", "P", "PP", "M")


class Assembly:
    """Turns speeches into proposals, sentence after sentence."""

    def __init__(self, cues: Table, context: Context, published: date | None) -> None:
        self.cues, self.context, self.published = cues, context, published
        self.proposals: list[Proposal] = []
        self.retracted: list[Proposal] = []
        self.findings: list[Finding] = []

    def sentence(self, speech: Speech, times: list[Unit], flags: frozenset[str], text: str, correction: bool) -> int:
        """Everything that a sentence gives; how many proposals that is."""
        made = 0
        proposer: Party | None = None
        for number, part in enumerate(parts := _split(speech.content)):
            units = self._without_proposer(part)
            proposer = units[1] or proposer
            row = stakes(list(units[0]), self.cues, self.cues.codes.line(units[0]))
            begin = part[0].start if part and number else 0
            end = parts[number + 1][0].start if number + 1 < len(parts) else len(text)
            mine = [t for t in times if begin <= t.start < end]
            clause = Clause(row, self.cues.codes.line(row), speech, mine, flags, text, proposer, correction)
            clause.start = part[0].start if part else 0
            made += self._clause(clause)
        return made

    def reported(self, speech: Speech, times: list[Unit], flags: frozenset[str], text: str) -> int:
        """What the report says that is denied or confirmed: the outlet's claim, before the answer to it."""
        assert speech.reported is not None
        own = replace(speech, speaker=speech.reported, stance="reports", verb=None, reported=None)
        return self.sentence(own, times, flags, text, correction=False)

    def _without_proposer(self, units: list[Unit]) -> tuple[list[Unit], Party | None]:
        """Take "Executives inside X have floated a plan under which" off the front."""
        kinds = [u.kind for u in units[:14]]
        at = kinds.index("float") if "float" in kinds else kinds.index("plan") if "plan" in kinds and "that" in kinds else None
        if at is None or (isinstance(units[at].value, Verb) and units[at].value.negated):
            return units, None
        party = next((u.value for u in units[:at] if u.kind == "E"), None)
        for end in range(at + 1, len(kinds)):
            unit = units[end]
            if kinds[end] in ("whereby", "that"):
                return units[end + 1 :], party
            if isinstance(unit.value, Verb) and unit.value.mood == "plan" and party:  # "a plan to cut its stake"
                return [Unit("E", units[0].start, units[0].end, "", party), *units[end:]], party
            if kinds[end] not in ("w", "plan", "sale", "of", "its"):
                break
        return units, None

    def _clause(self, clause: Clause) -> int:
        present = {u.kind for u in clause.units}
        for rule in self.cues.rules:
            if not rule.needs <= present:
                continue
            place = 0
            while match := rule.pattern.search(clause.line, place):  # matches may overlap: a list of stakes goes on from each
                place = match.start() + 1
                if match.end() > match.start() and not _in_condition(clause.units, match.start()):
                    self._try(rule, match, clause)
        clause.given.sort(key=lambda row: (row[0], row[1]))
        self._votes(clause)
        kept = [p for _, _, p in clause.given]
        if clause.correction:
            self.retracted += kept
        else:
            self.proposals += [self._revising(p) for p in kept]
            self._remember(kept)
        return len(kept)

    def _try(self, rule: Rule, match: re.Match[str], clause: Clause) -> None:
        slots = {name: clause.units[match.start(name)] for name, value in match.groupdict().items() if value}
        numbered = [u for n, u in enumerate(clause.units[match.start() : match.end()], match.start()) if u.kind in _NUMBERED]
        told = {id(u) for u in slots.values()}
        numbered = [u for u in numbered if id(u) in told]
        spent = numbered or [u for u in clause.units[match.start() : match.end()] if u.kind not in ("E", "w")]
        if any(id(u) in clause.used for u in spent):
            return
        verb = slots["v"].value if "v" in slots and isinstance(slots["v"].value, Verb) else Verb()
        if "ahead" in slots:
            verb = replace(verb, mood="plan")
        if "neg" in slots:
            verb = replace(verb, negated=not verb.negated)
        if not _allowed(rule, slots, verb):
            return
        made: list[Proposal] = []
        for give in rule.gives:
            proposal = Maker(self, rule, match, clause, slots, verb).make(give)
            made += proposal
        if made:
            clause.used.update(id(u) for u in spent)
            clause.given += [(match.start(), n, p) for n, p in enumerate(made)]

    def _votes(self, clause: Clause) -> None:
        """ "No voting rights" after a stake takes the votes of that stake."""
        notes = [n for n, u in enumerate(clause.units) if u.kind == "NV"]
        for note in notes:
            near = [row for row in clause.given if row[0] <= note and row[2].content["verb"] == "holds"]
            if near:
                start, number, proposal = near[-1]
                clause.given[clause.given.index(near[-1])] = (
                    start,
                    number,
                    replace(proposal, content={**proposal.content, "votes": 0}),
                )

    def _revising(self, proposal: Proposal) -> Proposal:
        same = [p for p in self.retracted[-12:] if _key(p) == _key(proposal)]
        return (
            replace(proposal, revises=same[-1].content.get("share")) if same and proposal.content["verb"] == "holds" else proposal
        )

    def _remember(self, proposals: list[Proposal]) -> None:
        planned = [p for p in proposals if p.content["verb"] in ("proposes_cut", "proposes_raise")]
        if planned:
            self.context.planners = list(dict.fromkeys(_party_of(p, "subject") for p in planned))


def _party_of(proposal: Proposal, name: str) -> Party:
    found = proposal.content[name]
    return Party(found, found)


def _key(proposal: Proposal) -> tuple[Any, ...]:
    return proposal.content["verb"], proposal.content.get("subject"), proposal.content.get("object")


def _split(units: list[Unit]) -> list[list[Unit]]:
    parts: list[list[Unit]] = [[]]
    for unit in units:
        if unit.kind == ";":
            parts.append([])
        else:
            parts[-1].append(unit)
    return [part for part in parts if part] or [[]]


def _in_condition(units: list[Unit], place: int) -> bool:
    """Whether a clause begins behind an "if" that still governs it."""
    begun = max((n for n, u in enumerate(units[:place]) if u.kind == "if"), default=None)
    return begun is not None and not any(u.kind == "," for u in units[begun:place])


def _allowed(rule: Rule, slots: Mapping[str, Unit], verb: Verb) -> bool:
    """Whether a match has all that its rule asks for under ``only``."""
    stake = slots["s"].value if "s" in slots else None
    stake = stake if isinstance(stake, Stake) else Stake()
    held = bool(stake.holder or stake.own)
    met = {
        "ahead": verb.mood not in STATE,
        "held": held,
        "negated": verb.negated,
        "possessed": held and stake.told and not stake.part and stake.delta is None,
        "told": stake.told,
        "votes": stake.base == "votes",
    }
    return all(met[word] for word in rule.only)
