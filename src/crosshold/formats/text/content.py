"""What a claim says: its numbers, its words, and whether a change has happened or is planned (spec/evidence 9.1.4 and 9.1.6)."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from crosshold.formats.text.attribution import with_article
from crosshold.formats.text.stakes import Stake, bare
from crosshold.formats.text.telling import STATE, Telling
from crosshold.model.share import Share, exact, parse_word


class Content(Telling):
    """The numbers and words of a match."""

    def _votes_of_first(self) -> bool:
        """Whether the second number is of votes and goes with the first: "15 percent of the capital and 22 percent of the votes"."""
        first, more = (self.slots[name].value if name in self.slots else None for name in ("s", "more"))
        if first is None or more is None or (first.base == "votes") == (more.base == "votes"):
            return False
        return first.issuer is None or more.issuer is None or first.issuer.key == more.issuer.key

    def _stake(self, give: Mapping[str, Any]) -> Stake | None:
        unit = self.slots.get(give.get("stake", ""))
        return unit.value if unit else None

    def _numbers(self, give: Mapping[str, Any], stake: Stake | None) -> dict[str, Any]:
        content: dict[str, Any] = {}
        if stake is not None:
            if stake.base == "votes":
                content |= {"vote_share": stake.share} if stake.share else {}
            else:
                content |= {"share": stake.share} if stake.share else {}
            if give["stake"] == "s" and self._votes_of_first():
                more: Stake = self.slots["more"].value
                content |= {"vote_share": more.share} if more.base == "votes" else {"share": more.share}
            content |= {"shares": stake.shares} if stake.shares is not None else {}
            content |= {"hedge": stake.hedge} if stake.hedge else {}
            content |= {"votes": 0} if stake.nonvoting else {}
        if (unit := self.slots.get(give.get("share", ""))) is not None:
            content["share"], hedge = unit.value
            content |= {"hedge": hedge} if hedge else {}
        if "votes" in give:
            content = {"votes": give["votes"]}
        if "word" in give:
            content["share"] = parse_word(give["word"])
        for name in ("target", "cap"):
            if (unit := self.slots.get(give.get(name, ""))) is not None:
                share: Share = unit.value[0]
                content[name] = share.point if share.point is not None else (share.high if share.low == 0 else share.low)
        if (unit := self.slots.get(give.get("amount", ""))) is not None:
            content["amount"], content["currency"] = unit.value
        if (unit := self.slots.get(give.get("delta", ""))) is not None:
            content["delta"] = unit.value
        elif stake is not None and stake.delta is not None:
            content["delta"] = stake.delta
        if give.get("rest"):
            content["share"] = self._rest()
        return content

    def _rest(self) -> Share | None:
        """What is left of a company after the last share of it that was told."""
        told = [p.content.get("share") for _, _, p in self.clause.given] + [
            p.content.get("share") for p in self.known.proposals[-3:]
        ]
        last = next((s for s in reversed(told) if s is not None), None)
        if last is None:
            return None
        point = None if last.point is None else 1 - last.point
        return Share(point, 1 - last.high, 1 - last.low, last.high_open, last.low_open, "word", "the rest")

    def _words(self, give: Mapping[str, Any]) -> dict[str, Any]:
        content: dict[str, Any] = {}
        for name in ("topic", "purpose", "points_to"):
            role = give.get(name)
            if role in self.match.groupdict() and self.match[role]:
                content[name] = self._text(role, keep_time=name == "points_to")
        if give.get("direction") in self.slots:
            content["direction"] = "up" if self.slots[give["direction"]].kind == "up" else "down"
            content["topic"] = str(content.get("topic", "")).lower()
        if isinstance(give.get("value"), str):
            content["value"] = give["value"] if give["value"] != "time" else self._time_value()
        if "reason" in give:
            content["reason"] = give["reason"]
        for name in ("rest", "words"):
            if give.get(name) in self.match.groupdict() and self.match[give[name]]:
                content["subject_text"] = self._text(give[name], before=True)
        if give.get("subject") in self.slots and self._inside(give["subject"]) and give["verb"] == "holds":
            content["subject_text"] = self._phrase(give["subject"])
        return content

    def _text(self, role: str, *, keep_time: bool = False, before: bool = False) -> str:
        units = self.clause.units
        first, last = self.match.start(role), self.match.end(role) - 1
        start, end = units[first].start, units[last].end
        if before:
            while first and units[first - 1].kind in ("its", "w", "poss", "E"):
                first -= 1
            start = units[first].start
        elif first and units[first].kind not in ("topic", "talks"):
            start = units[first - 1].end
        if keep_time:
            end = max([end, *(t.end for t in self.clause.times if t.start >= start)])
        return " ".join(self.clause.text[start:end].split()).strip(' ,.;:"“”')

    def _phrase(self, role: str) -> str:
        """The words of a subject that a name is only part of."""
        units, place = self.clause.units, self.match.start(role)
        first = place - 1
        while first > 0 and units[first - 1].kind in ("w", "unit", "officer", "shareholder", "anon", "raise"):
            first -= 1
        return " ".join(self.clause.text[with_article(self.clause.text, units[first].start) : units[place].end].split())

    def _time_value(self) -> str | None:
        found = next((t.value for t in self._times() if t.value.day), None)
        return f"{found.role or 'on'} {found.day}" if found else None

    def _verb(self, verb: str, content: dict[str, Any], stake: Stake | None) -> str | None:
        if verb == "holds" and "vote_share" in content and "share" not in content:
            return "votes"
        if verb in ("holds", "votes"):
            if "share" not in content and "vote_share" not in content and verb == "holds" and "shares" not in content:
                content["share"] = exact(Fraction(0), "word") if self.verb.negated else bare()
            return verb
        if verb != "change":
            return verb
        return self._change(content, stake)

    def _change(self, content: dict[str, Any], stake: Stake | None) -> str:
        kind = self.slots["v"].kind
        down = kind in ("sell", "cut", "sale")
        happened = self.verb.mood in STATE and not (self.verb.mood == "present" and kind == "cut" and "target" in content)
        if self.verb.negated and self.verb.mood == "present":
            happened = False
        if "delta" in content:
            content["delta"] = -content["delta"] if down else content["delta"]
        if stake is not None and stake.entire and down:
            content["exit"] = True
        if happened:
            if "delta" in content and "share" not in content:
                content.pop("share", None)
            return "sold" if down else "acquired"
        if stake is not None and stake.share is not None and "share" in content and "target" not in content:
            share = content["share"]
            if stake.holder or stake.own or self.slots["v"].kind == "sale":
                if kind in ("sell", "sale") and not stake.part:
                    content["exit"] = True
            elif share.point is not None and "delta" not in content and not stake.part:
                content["delta"] = -share.point if down else share.point
                content.pop("share")
        return "proposes_cut" if down else "proposes_raise"

    def _inside(self, role: str) -> bool:
        """Whether a name belongs to another one that is the subject: "a unit of X", "a group led by X"."""
        place = self.match.start(role)
        return (
            place > 0 and place == self.match.start() and self.clause.units[place - 1].kind in ("of", "in", "by", "with", "from")
        )
