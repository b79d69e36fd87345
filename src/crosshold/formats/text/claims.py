"""One match of one rule as proposals: who holds what in whom, put together with how much, when and by whom (spec/evidence 9.1.8)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crosshold.formats.text.content import Content
from crosshold.formats.text.names import Party
from crosshold.formats.text.proposal import Proposal
from crosshold.formats.text.stakes import Stake
from crosshold.formats.text.telling import STATE
from crosshold.formats.text.units import Verb

_JOINT = ("holds", "votes", "sold", "acquired", "bound_by", "controls")


class Maker(Content):
    """Gives the proposals of a match."""

    def make(self, give: Mapping[str, Any]) -> list[Proposal]:
        """The proposals of one row of ``gives``; none when its slots are empty or its mood is another."""
        if "mood" in give or "none" in give:
            self.verb = Verb(give.get("mood", self.verb.mood), bool(give.get("none")), self.verb.passive)
        when = give.get("when")
        if (when == "past" and self.verb.mood not in STATE) or (
            when == "plan" and self.verb.mood in STATE and not self.verb.negated
        ):
            return []
        if when == "past" and self.verb.negated:
            return []
        if any(isinstance(v, str) and k in ("stake", "share", "object") and v not in self.slots for k, v in give.items()):
            return []
        if give.get("stake") == "more" and self._votes_of_first():
            return []
        stake = self._stake(give)
        subject = self._subject(give, stake)
        issuer = self._issuer(give, stake, subject)
        content = self._numbers(give, stake)
        content |= self._words(give)
        verb = self._verb(give["verb"], content, stake)
        if verb is None:
            return []
        content["verb"] = verb
        if stake and stake.mutual:
            return self._mutual(content, subject, give)
        if verb in ("holds", "votes", "controls", "bound_by", "sold", "acquired") and issuer is None:
            return []
        return self._each(content, subject, issuer, give)

    def _subject(self, give: Mapping[str, Any], stake: Stake | None) -> Party | None:
        role = str(give.get("subject", ""))
        if role == "speaker":
            return self._speaking()
        if role == "planners":
            people = tuple(self.context.planners)
            return Party(None, "", "several", many=people) if len(people) > 1 else people[0] if people else None
        if role == "first":
            before = [u.value for u in self.clause.units[: self.match.start()] if u.kind == "E"]
            said = [p.content.get("subject") for start, _, p in self.clause.given if start <= self.match.start()]
            return Party(said[-1], said[-1]) if said and said[-1] else before[0] if before else None
        if role in self.slots:
            party: Party = self.slots[role].value
            return party if isinstance(party, Party) and not self._inside(role) else None
        if "words" in give:
            return None
        if stake is not None and (stake.holder or stake.own):
            return stake.holder or self._owner()
        if give.get("verb") in ("holds", "change") and role and give.get("of") == "last":
            return self._last_subject()
        return None

    def _last_subject(self) -> Party | None:
        said = [str(p.content.get("subject") or "") for _, _, p in self.clause.given]
        return Party(said[-1], said[-1]) if said and said[-1] else None

    def _owner(self) -> Party | None:
        inside = self.clause.units[self.match.start() : self.match.end()]
        start, end = inside[0].start, inside[-1].end
        return next((o for at, o in self._owners if start - 5 <= at <= end), None)

    @property
    def _owners(self) -> list[tuple[int, Party]]:
        return [(u.start, u.value) for u in self.speech.content if u.kind == "its" and isinstance(u.value, Party)]

    def _speaking(self) -> Party | None:
        speaker = self.speech.speaker
        if self.rule.gives[0]["verb"] == "comment":
            before = self.clause.units[: self.match.start()]
            found = next((u.value for u in before if u.kind == "E" and u.value.kind not in ("person", "press")), None)
            return found or speaker.speaks_for or self.context.spoke_for
        return speaker.speaks_for or speaker.party

    def _issuer(self, give: Mapping[str, Any], stake: Stake | None, subject: Party | None) -> Party | None:
        if give.get("object") in self.slots:
            found: Party = self.slots[give["object"]].value
            return found
        if give.get("thing") in self.slots:
            thing = self.slots[give["thing"]].value
            return thing.issuer if isinstance(thing, Stake) else thing
        if give["verb"] in ("holds", "votes", "change", "bound_by", "controls"):
            if stake is not None and stake.issuer:
                return stake.issuer
            if stake is not None and give.get("stake") == "s" and self._votes_of_first() and self.slots["more"].value.issuer:
                return self.slots["more"].value.issuer  # type: ignore[no-any-return]
            return self._known_issuer(None if "rest" in give else subject, stake)
        return None

    def _known_issuer(self, subject: Party | None, stake: Stake | None) -> Party | None:
        """The company that was last spoken of as held, when a clause does not name it: "It owns 38 percent"."""
        said = [
            str(p.content["object"])
            for start, _, p in self.clause.given
            if start <= self.match.start() and p.content.get("object")
        ]
        if said:
            return Party(said[-1], said[-1])
        if stake is not None and stake.of_its:
            before = [u.value for u in self.clause.units[: self.match.start()] if u.kind == "E"]
            return before[-1] if before else None
        earlier = [*self.known.proposals[-12:], *self.known.retracted[-1:]]
        keys = {m.key for m in subject.members()} if subject else set()
        for proposal in reversed(earlier):
            if proposal.content.get("object") and (not keys or proposal.content.get("subject") in keys):
                return Party(proposal.content["object"], proposal.content["object"])
        return None

    def _each(
        self, content: dict[str, Any], subject: Party | None, issuer: Party | None, give: Mapping[str, Any]
    ) -> list[Proposal]:
        subjects = subject.members() if subject else (None,)
        issuers = issuer.members() if issuer else (None,)
        joint: tuple[str, ...] = ()
        if len(subjects) > 1 and content["verb"] in _JOINT and "each" not in self.clause.flags:
            joint = tuple(m.key for m in subjects if m)
            if "together" not in self.clause.flags:
                self.needs.append("joint: together, or each so much?")
            subjects = (Party("+".join(joint), "+".join(joint)),)
        found = [self._proposal({**content, "joint": joint} if joint else content, s, i, give) for s in subjects for i in issuers]
        return [p for p in found if p is not None]

    def _mutual(self, content: dict[str, Any], subject: Party | None, give: Mapping[str, Any]) -> list[Proposal]:
        members = subject.members() if subject else ()
        if len(members) < 2:
            return []
        pairs = [(a, b) for a in members for b in members if a.key != b.key]
        found = [self._proposal(dict(content), a, b, give) for a, b in pairs]
        return [p for p in found if p is not None]

    def _proposal(
        self, content: Mapping[str, Any], subject: Party | None, issuer: Party | None, give: Mapping[str, Any]
    ) -> Proposal | None:
        if subject and issuer and subject.key == issuer.key:
            return None
        row = dict(content)
        needs = list(self.needs)
        row["subject"] = subject.key if subject and subject.resolved != "open" else ""
        row["object"] = issuer.key if issuer and issuer.resolved != "open" else None
        for role, party in (("subject", subject), ("object", issuer)):
            if party is not None and party.resolved == "open":
                needs.append(f"{role}: {' or '.join(party.others) or 'who is ' + party.name}?")
                row["subject_text"] = party.name if role == "subject" else row.get("subject_text")
            elif party is not None and party.id is None and "joint" not in row:
                needs.append(f"{role}: {party.name} is no known party")
        if subject is None and row["verb"] not in ("timing",):
            if "subject_text" not in row and row["verb"] != "holds":
                return None
            needs.append("subject: who?")
        if row.get("share") is None and "rest" in give:
            return None
        row |= self._stance(row, give)
        row |= self._when(row, give)
        if self.clause.proposer and row["verb"].startswith("proposes"):
            row["proposer"] = self.clause.proposer.key
        resolved = "pronoun" if subject and subject.resolved == "pronoun" else None
        row = {k: v for k, v in row.items() if v is not None and v != ()}
        if (
            row["stance"] == "denies"
            and row["verb"] == "holds"
            and self.speech.stance == "reports"
            and "share" in row
            and row["share"].point == 0
        ):
            row["stance"] = "reports"
        condition = self._condition(give)
        if condition:
            row["condition"] = f"{condition['holder']} in {condition['issuer']} {condition['op']} {float(condition['share']):g}"
        return Proposal(
            row, (self._span(),), self.rule.id, self._speaker(row)[1].span, tuple(dict.fromkeys(needs)), resolved, condition
        )
